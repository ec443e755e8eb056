import { encodeBatch, noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { sessionLimits } from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import { type Applied, StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { expect } from 'chai';
import {
  append,
  applyNext,
  applyTo,
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
    const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
    expect([machine.applied, machine.durable, machine.revision]).to.deep.equal([-1, -1, 0]);
    expect(machine.sessionCount).to.equal(0);
    expect(await machine.read(bytes('k'))).to.equal(undefined);
  });

  it('answers each request of each batch in order', async () => {
    const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
    const origin = { node: 1, runId: 2, number: 3 };
    const requests = [{ command: append('k', 'a') }, { command: append('k', 'b') }];
    const values = [encodeBatch({ origin, requests }), noop, batchOf(remove('k'), get('k'))];
    expect(await machine.apply(decided(0, values))).to.deep.equal([
      {
        seq: 0,
        origin,
        replies: [
          { type: 'append', revision: 1, length: 1 },
          { type: 'append', revision: 2, length: 2 },
        ],
      },
      { seq: 1, origin: undefined, replies: [] },
      {
        seq: 2,
        origin: { node: 0, runId: 1, number: 1 },
        replies: [
          { type: 'delete', revision: 3, deleted: true },
          { type: 'get', entry: undefined },
        ],
      },
    ]);
    expect(machine.applied).to.equal(2);
  });

  it('continues after a restart where it stopped', async () => {
    const level = memoryLevel();
    const before = await StateMachine.open(new StateDatabase(level));
    await applyNext(before, openSession(), put('k', 'a'));
    await applyNext(before, stamped(append('k', 'b'), [1, 1]));
    const after = await StateMachine.open(new StateDatabase(level));
    expect(after.applied).to.equal(1);
    expect(after.durable).to.equal(1);
    expect(after.revision).to.equal(2);
    expect(after.sessionCount).to.equal(1);
    expect(after.stateHash).to.equal(before.stateHash);
    const [again] = await applyNext(after, stamped(append('k', 'b'), [1, 1]));
    expect(again).to.deep.equal({ type: 'append', revision: 2, length: 2 });
    const entry = await after.read(bytes('k'));
    expect(text(entry?.value)).to.equal('ab');
    expect(entry).to.include({ createRevision: 1, modRevision: 2, version: 2 });
  });

  it('assigns no session id twice, also over a restart', async () => {
    const level = memoryLevel();
    await applyNext(
      await StateMachine.open(new StateDatabase(level)),
      openSession(),
      openSession(),
    );
    const [reply] = await applyNext(
      await StateMachine.open(new StateDatabase(level)),
      openSession(),
    );
    expect(reply).to.deep.equal({ type: 'openSession', session: 3 });
  });

  for (const seq of [0, 2]) {
    it(`stops at instance ${seq} when 1 is next`, async () => {
      const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
      await applyNext(machine, put('k', 'a'));
      const error = await rejection(applyTo(machine, [{ seq, value: batchOf(put('k', 'b')) }]));
      expect(error).to.match(/in order, each once/);
      expect(text((await machine.read(bytes('k')))?.value)).to.equal('a');
    });
  }

  it('stops at a gap within a run before it applies anything', async () => {
    const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
    const [first, second] = [batchOf(put('k', 'a')), batchOf(put('k', 'b'))];
    const run = [
      { seq: 0, value: first },
      { seq: 2, value: second },
    ];
    expect(await rejection(applyTo(machine, run))).to.match(/in order, each once/);
    expect(machine.applied).to.equal(-1);
  });

  it('applies one run at a time', async () => {
    const level = memoryLevel();
    await applyNext(await StateMachine.open(new StateDatabase(level)), put('k', 'a'));
    const machine = await StateMachine.open(new StateDatabase(level));
    const first = machine.apply(decided(1, [batchOf(put('k', 'b'))]));
    expect(await rejection(applyTo(machine, decided(1, [noop])))).to.match(/one run is applied/);
    await first;
    expect(machine.applied).to.equal(1);
  });

  it('does nothing for an empty run', async () => {
    const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
    expect(await machine.apply([])).to.deep.equal([]);
    expect(machine.applied).to.equal(-1);
  });

  for (const [value, code] of [
    [Uint8Array.of(99, 1, 2), 'STATE_UNKNOWN_FORMAT'],
    [Uint8Array.of(1, 1, 2), 'STATE_MALFORMED'],
  ] as const) {
    it(`never skips a value it cannot read (${code})`, async () => {
      const level = memoryLevel();
      const machine = await StateMachine.open(new StateDatabase(level));
      const values = [batchOf(put('k', 'a')), value, batchOf(put('k', 'b'))];
      const error = await rejection(applyTo(machine, decided(0, values)));
      expect(error).to.have.property('code', code);
      expect(await rejection(applyTo(machine, decided(0, [noop])))).to.equal(error);
      const anew = await StateMachine.open(new StateDatabase(level));
      expect(anew.applied).to.equal(-1);
      expect(await anew.read(bytes('k'))).to.equal(undefined);
    });
  }

  it('evicts the same session with and without a restart', async () => {
    const { sessionCountMax } = sessionLimits;
    const opens = Array.from({ length: sessionCountMax }, () => openSession());
    const values = [
      batchOf(...opens),
      batchOf(stamped(put('k', 'a'), [1, 1])),
      batchOf(openSession()),
      batchOf(stamped(put('k', 'b'), [2, 1]), stamped(put('k', 'a'), [1, 1])),
    ];
    const whole = await StateMachine.open(new StateDatabase(memoryLevel()));
    const level = memoryLevel();
    let last: readonly Applied[] = [];
    for (const decision of decided(0, values)) {
      await whole.apply([decision]);
      const machine = await StateMachine.open(new StateDatabase(level));
      last = await machine.apply([decision]);
      await machine.flush();
    }
    expect(last[0]?.replies).to.deep.equal([
      { type: 'refused', reason: 'sessionExpired' },
      { type: 'put', revision: 1 },
    ]);
    const restarted = await StateMachine.open(new StateDatabase(level));
    expect(restarted.sessionCount).to.equal(sessionCountMax);
    expect(await restarted.contentHash()).to.equal(await whole.contentHash());
  });

  it('has a content hash that differs for different states', async () => {
    const histories = [
      [noop],
      [batchOf(put('k', 'a'))],
      [batchOf(put('k', 'b'))],
      [batchOf(put('l', 'a'))],
      [batchOf(openSession())],
      [batchOf(put('k', 'b')), batchOf(put('k', 'a'))],
    ];
    const hashes = await Promise.all(
      histories.map(async (values) => {
        const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
        await machine.apply(decided(0, values));
        return machine.contentHash();
      }),
    );
    expect(new Set(hashes).size).to.equal(histories.length);
  });
});
