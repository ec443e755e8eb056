import { Gate, World } from '@paxkv/simulator';
import { expect } from 'chai';

function gateInWorld() {
  const world = new World({ seed: 1 });
  const happened: string[] = [];
  const gate = new Gate(world.clock);
  const pass = (name: string) => gate.pass(() => happened.push(name));
  return { world, gate, happened, pass };
}

describe('Gate', () => {
  it('lets everything through at once while it is open', () => {
    const { happened, pass } = gateInWorld();
    pass('a');
    expect(happened).to.deep.equal(['a']);
  });

  it('keeps everything waiting while it is shut, and lets it in one by one, in order', async () => {
    const { world, gate, happened, pass } = gateInWorld();
    gate.shut();
    pass('a');
    pass('b');
    await world.run(() => world.sleep(5));
    expect(happened).to.deep.equal([]);
    gate.open();
    pass('c');
    expect(happened, 'not before those who waited').to.deep.equal([]);
    await world.run(() => world.sleep(5));
    expect(happened).to.deep.equal(['a', 'b', 'c']);
  });

  it('keeps those waiting who were not through when it shut again', async () => {
    const { world, gate, happened } = gateInWorld();
    gate.shut();
    gate.pass(() => {
      happened.push('a');
      gate.shut();
    });
    gate.pass(() => happened.push('b'));
    gate.open();
    await world.run(() => world.sleep(5));
    expect(happened).to.deep.equal(['a']);
    gate.open();
    await world.run(() => world.sleep(5));
    expect(happened).to.deep.equal(['a', 'b']);
  });

  it('lets nobody in any more once it is removed', async () => {
    const { world, gate, happened, pass } = gateInWorld();
    gate.shut();
    pass('a');
    gate.remove();
    gate.open();
    pass('b');
    await world.run(() => world.sleep(5));
    expect(happened).to.deep.equal([]);
  });

  it('holds back the callbacks of a clock, which can still be called off', async () => {
    const { world, gate, happened } = gateInWorld();
    const clock = gate.clock(world.clock);
    clock.at(1, () => happened.push('kept'));
    const callOff = clock.at(2, () => happened.push('called off'));
    gate.shut();
    await world.run(() => world.sleep(3));
    callOff();
    gate.open();
    await world.run(() => world.sleep(1));
    expect(happened).to.deep.equal(['kept']);
    expect(clock.now()).to.equal(4);
  });

  it('holds back what a storage answers, its errors too', async () => {
    const { world, gate, happened } = gateInWorld();
    const storage = gate.storage<string>({
      load: async () => ({ state: 'kept', writeIndex: 0, writes: [] }),
      write: async () => {
        throw new Error('full');
      },
      close: async () => {},
    });
    gate.shut();
    storage.load().then(() => happened.push('loaded'));
    storage.write([]).catch((error: Error) => happened.push(error.message));
    await world.run(() => world.sleep(1));
    expect(happened).to.deep.equal([]);
    gate.open();
    await world.run(() => world.sleep(1));
    expect(happened).to.deep.equal(['loaded', 'full']);
  });
});
