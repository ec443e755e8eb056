import { encodeBatch, encodeLevelRaise, noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { sessionLimits } from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import { type Applied, StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { sessionKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal } from '@paxkv/kvserver/internal/storage/state/rows';
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

/** A version in which deletes came with level 2. */
const next = { lowest: 1, highest: 3, commands: { delete: 2 } };
/** A version from before there were levels. */
const first = { lowest: 1, highest: 1, commands: {} };

describe('The feature level', () => {
  const raise = encodeLevelRaise;

  it('is raised by a decision, never sinks, and survives a restart', async () => {
    const level = memoryLevel();
    const machine = await StateMachine.open(new StateDatabase(level), { version: next });
    expect(machine.featureLevel).to.equal(1);
    const levels: number[] = [];
    for (const value of [raise(1), raise(2), raise(2), raise(3), raise(2), noop, raise(1)]) {
      await applyTo(machine, decided(machine.applied + 1, [value]));
      levels.push(machine.featureLevel);
    }
    expect(levels).to.deep.equal([1, 2, 2, 3, 3, 3, 3]);
    await machine.flush();
    const anew = await StateMachine.open(new StateDatabase(level), { version: next });
    expect([anew.featureLevel, anew.stateHash]).to.deep.equal([3, machine.stateHash]);
  });

  it('becomes that of the decision, however high the version of the replica is', async () => {
    const values = [put('k', 'a'), remove('k')].map((command) => batchOf(command));
    const hashes = await Promise.all(
      [2, 3, 9].map(async (highest) => {
        const version = { ...next, highest };
        const machine = await StateMachine.open(new StateDatabase(memoryLevel()), { version });
        await applyTo(machine, decided(0, [...values, raise(2), ...values]));
        expect(machine.featureLevel).to.equal(2);
        return `${machine.stateHash} ${await machine.contentHash()}`;
      }),
    );
    expect(new Set(hashes).size).to.equal(1);
  });

  it('decides whether a command is applied, instance by instance', async () => {
    const machine = await StateMachine.open(new StateDatabase(memoryLevel()), { version: next });
    const values = [batchOf(put('k', 'a'), remove('k')), raise(2), batchOf(remove('k'))];
    const applied = await applyTo(machine, decided(0, values));
    expect(applied.flatMap(({ replies }) => replies)).to.deep.equal([
      { type: 'put', revision: 1 },
      { type: 'refused', reason: 'featureOff' },
      { type: 'delete', revision: 2, deleted: true },
    ]);
  });

  it('is part of the state: of its rows, which an older version refuses', async () => {
    const level = memoryLevel();
    const machine = await StateMachine.open(new StateDatabase(level), { version: next });
    const twin = await StateMachine.open(new StateDatabase(memoryLevel()), { version: next });
    await applyTo(machine, decided(0, [raise(2)]));
    await applyTo(twin, decided(0, [raise(3)]));
    expect(await machine.contentHash()).not.to.equal(await twin.contentHash());
    for (const version of [first, { ...next, lowest: 3 }]) {
      const opened = StateMachine.open(new StateDatabase(level), { version });
      expect(await rejection(opened)).to.include({ code: 'STATE_LEVEL_UNSUPPORTED' });
    }
  });

  it('is looked at before the rows, which an older version would call damaged', async () => {
    const level = memoryLevel();
    const machine = await StateMachine.open(new StateDatabase(level), { version: next });
    await applyTo(machine, decided(0, [raise(2), batchOf(openSession())]));
    await machine.flush();
    await level.put(sessionKey(1), seal(sessionKey(1), ['of a newer version']));
    const opened = StateMachine.open(new StateDatabase(level), { version: first });
    expect(await rejection(opened)).to.include({ code: 'STATE_LEVEL_UNSUPPORTED' });
  });

  it('stops a replica that does not know it, before anything of the run is applied', async () => {
    const level = memoryLevel();
    const machine = await StateMachine.open(new StateDatabase(level), { version: first });
    await applyNext(machine, put('k', 'a'));
    const run = decided(1, [batchOf(put('k', 'b')), raise(2), batchOf(put('k', 'c'))]);
    const error = await rejection(applyTo(machine, run));
    expect(error).to.include({ code: 'STATE_LEVEL_UNSUPPORTED' });
    expect(String(error)).to.include('runs at feature level 2, and this version supports level 1');
    expect(await rejection(machine.flush())).to.equal(error);
    const older = await StateMachine.open(new StateDatabase(level), { version: first });
    expect(older.applied).to.equal(0);
    const newer = await StateMachine.open(new StateDatabase(level), { version: next });
    await applyTo(newer, run);
    expect([newer.featureLevel, newer.applied]).to.deep.equal([2, 3]);
  });
});

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
      expect(error).to.include({ code, instance: 1 });
      expect(await rejection(applyTo(machine, decided(0, [noop])))).to.equal(error);
      const anew = await StateMachine.open(new StateDatabase(level));
      expect(anew.applied).to.equal(-1);
      expect(await anew.read(bytes('k'))).to.equal(undefined);
    });
  }

  it('names the instance at which it fails, also if an entry has to be read first', async () => {
    const level = memoryLevel();
    await applyNext(await StateMachine.open(new StateDatabase(level)), put('k', 'a'));
    const database = new StateDatabase(level);
    const machine = await StateMachine.open(database);
    database.readEntries = () => Promise.reject(new RangeError('a defect'));
    const error = await rejection(applyTo(machine, decided(1, [batchOf(append('k', 'b'))])));
    expect(error).to.include({ code: 'STATE_MALFORMED', instance: 1 });
  });

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
  it('gets an incarnation by a decision, and keeps the first one', async () => {
    const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
    const raises = [1, 2].map((fill) => encodeLevelRaise(2, Buffer.alloc(16, fill)));
    await machine.apply(decided(0, [noop]));
    expect(machine.incarnation).to.equal(undefined);
    await machine.apply(decided(1, raises));
    expect(machine.incarnation).to.equal(Buffer.alloc(16, 1).toString('base64url'));
  });

  it('has a state hash of all that was applied, and of nothing else', async () => {
    const hashOf = async (...runs: readonly (readonly Uint8Array[])[]) => {
      const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
      for (const run of runs) await machine.apply(decided(machine.applied + 1, run));
      return machine.stateHash;
    };
    const [one, other] = [batchOf(put('k', 'a')), batchOf(put('k', 'b'))];
    expect(await hashOf([one], [other])).to.equal(await hashOf([one, other]));
    const hashes = await Promise.all([
      hashOf(),
      hashOf([one]),
      hashOf([other]),
      hashOf([one, one]),
    ]);
    expect(new Set(hashes).size).to.equal(4);
  });
});
