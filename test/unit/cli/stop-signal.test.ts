import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { listenForStop, type SignalSource } from 'paxkv/internal/stop-signal';

class FakeProcess extends EventEmitter implements SignalSource {
  readonly exitCodes: number[] = [];
  unrefCount = 0;
  readonly channel = {
    unref: () => {
      this.unrefCount += 1;
    },
  };

  exit(code: number): void {
    this.exitCodes.push(code);
  }
}

describe('listenForStop', () => {
  for (const reason of ['SIGINT', 'SIGTERM', 'disconnect'] as const) {
    it(`resolves on ${reason}`, async () => {
      const source = new FakeProcess();
      const { requested } = listenForStop(source);
      source.emit(reason);
      expect(await requested).to.equal(reason);
      expect(source.exitCodes).to.deep.equal([]);
    });
  }

  it('counts a signal that arrives twice at once as one request', () => {
    const source = new FakeProcess();
    listenForStop(source);
    source.emit('SIGINT');
    source.emit('SIGINT');
    expect(source.exitCodes).to.deep.equal([]);
  });

  it('ends at once on a second request, with the exit code that shells give to its signal', () => {
    const source = new FakeProcess();
    listenForStop(source);
    source.emit('SIGINT');
    source.emit('SIGTERM');
    expect(source.exitCodes).to.deep.equal([143]);
  });

  it('does not end at once because the parent has ended too', () => {
    const source = new FakeProcess();
    listenForStop(source);
    source.emit('SIGTERM');
    source.emit('disconnect');
    expect(source.exitCodes).to.deep.equal([]);
  });

  it('does not keep the process alive by listening for its parent', () => {
    const source = new FakeProcess();
    listenForStop(source);
    expect(source.unrefCount).to.equal(1);
  });

  it('leaves no listener behind once closed', () => {
    const source = new FakeProcess();
    listenForStop(source).close();
    expect(source.eventNames()).to.deep.equal([]);
  });
});
