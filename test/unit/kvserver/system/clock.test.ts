import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { systemClock } from '@paxkv/kvserver/internal/system/clock';
import { expect } from 'chai';

function holdUp(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('systemClock', () => {
  it('never goes back', () => {
    const times = Array.from({ length: 1000 }, () => systemClock.now());
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
  });

  it('calls back at the given time, and not before', async () => {
    for (let fraction = 0; fraction < 1; fraction += 0.1) {
      const time = systemClock.now() + 5 + fraction;
      const calledAt = await new Promise<number>((resolve) => {
        systemClock.at(time, () => resolve(systemClock.now()));
      });
      expect(calledAt).to.be.at.least(time);
    }
  });

  it('calls back at once for a time that has passed', async () => {
    await new Promise<void>((resolve) => {
      systemClock.at(systemClock.now() - 1000, resolve);
    });
  });

  it('processes input that arrived during a delay before its timers', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') return expect.fail('no port');
    const socket = connect(address.port, '127.0.0.1');
    const [other] = await once(server, 'connection');
    const seen: string[] = [];
    socket.on('data', () => seen.push('data'));
    const rung = new Promise<void>((resolve) => {
      systemClock.at(systemClock.now() + 1, () => {
        seen.push('ring');
        resolve();
      });
    });
    other.write('x');
    holdUp(30);
    await rung;
    socket.destroy();
    server.close();
    expect(seen).to.deep.equal(['data', 'ring']);
  });

  it('can be cancelled also when it is late', async () => {
    let wasCalled = false;
    const time = systemClock.now() + 1;
    const cancel = systemClock.at(time, () => {
      wasCalled = true;
    });
    const calledOff = new Promise<void>((resolve) => {
      setTimeout(() => {
        cancel();
        resolve();
      }, 2);
    });
    holdUp(30);
    await calledOff;
    await new Promise(setImmediate);
    expect(wasCalled).to.equal(false);
  });

  it('can be cancelled', async () => {
    let wasCalled = false;
    const time = systemClock.now() + 5;
    const cancel = systemClock.at(time, () => {
      wasCalled = true;
    });
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.at(time + 10, resolve);
    });
    expect(wasCalled).to.equal(false);
  });
});
