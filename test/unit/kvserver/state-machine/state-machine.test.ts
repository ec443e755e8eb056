import { encodeBatch, noop } from '@paxkv/kvserver/state-machine/batch';
import { StateMachine } from '@paxkv/kvserver/state-machine/state-machine';
import { expect } from 'chai';
import {
  append,
  applyNext,
  batchOf,
  bytes,
  decided,
  get,
  memoryLevel,
  openSession,
  put,
  remove,
  stamped,
  text,
} from './fixtures.ts';

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('resolved'),
    (error: unknown) => error,
  );
}

describe('StateMachine', () => {
  it('starts empty, before the first instance', async () => {
    const machine = await StateMachine.open(memoryLevel());
    expect([machine.applied, machine.durable, machine.revision]).to.deep.equal([-1, -1, 0]);
    expect(machine.sessionCount).to.equal(0);
    expect(await machine.read(bytes('k'))).to.equal(undefined);
  });

  it('answers each request of each batch in order', async () => {
    const machine = await StateMachine.open(memoryLevel());
    const origin = { node: 1, boot: 2, number: 3 };
    const requests = [{ command: append('k', 'a') }, { command: append('k', 'b') }];
    const values = [encodeBatch({ origin, requests }), noop, batchOf(remove('k'), get('k'))];
    expect(await machine.apply(decided(0, values))).to.deep.equal([
      {
        seq: 0,
        origin,
        replies: [
          { type: 'appended', revision: 1, length: 1 },
          { type: 'appended', revision: 2, length: 2 },
        ],
      },
      { seq: 1, origin: undefined, replies: [] },
      {
        seq: 2,
        origin: { node: 0, boot: 1, number: 1 },
        replies: [
          { type: 'deleted', revision: 3, existed: true },
          { type: 'got', entry: undefined },
        ],
      },
    ]);
    expect(machine.applied).to.equal(2);
  });

  it('goes on after a restart where it stopped', async () => {
    const level = memoryLevel();
    const before = await StateMachine.open(level);
    await applyNext(before, openSession(), put('k', 'a'));
    await applyNext(before, stamped(append('k', 'b'), [1, 1]));
    const after = await StateMachine.open(level);
    expect(after.applied).to.equal(1);
    expect(after.durable).to.equal(1);
    expect(after.revision).to.equal(2);
    expect(after.sessionCount).to.equal(1);
    expect(after.stateHash).to.equal(before.stateHash);
    const [again] = await applyNext(after, stamped(append('k', 'b'), [1, 1]));
    expect(again).to.deep.equal({ type: 'appended', revision: 2, length: 2 });
    const entry = await after.read(bytes('k'));
    expect(text(entry?.value)).to.equal('ab');
    expect(entry).to.include({ createRevision: 1, modRevision: 2, version: 2 });
  });

  it('gives no session id twice, also over a restart', async () => {
    const level = memoryLevel();
    await applyNext(await StateMachine.open(level), openSession(), openSession());
    const [reply] = await applyNext(await StateMachine.open(level), openSession());
    expect(reply).to.deep.equal({ type: 'sessionOpened', session: 3 });
  });

  for (const seq of [0, 2]) {
    it(`stops at instance ${seq} where 1 is next`, async () => {
      const machine = await StateMachine.open(memoryLevel());
      await applyNext(machine, put('k', 'a'));
      const error = await rejection(machine.apply([{ seq, value: batchOf(put('k', 'b')) }]));
      expect(error).to.match(/in order, each once/);
      expect(text((await machine.read(bytes('k')))?.value)).to.equal('a');
    });
  }
});
