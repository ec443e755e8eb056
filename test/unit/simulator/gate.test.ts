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
  it('passes everything at once while it is open', () => {
    const { happened, pass } = gateInWorld();
    pass('a');
    expect(happened).to.deep.equal(['a']);
  });

  it('holds everything back while it is shut, and then passes it one by one, in order', async () => {
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

  it('holds back what had not passed when it is shut again', async () => {
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

  it('passes nothing once it is removed', async () => {
    const { world, gate, happened, pass } = gateInWorld();
    gate.shut();
    pass('a');
    gate.remove();
    gate.open();
    pass('b');
    await world.run(() => world.sleep(5));
    expect(happened).to.deep.equal([]);
  });

  it('holds back the callbacks of a clock, which can still be cancelled', async () => {
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

  it('holds back the answers of a storage, its errors too', async () => {
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
