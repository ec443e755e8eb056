/**
 * Compares the state machine with a simple model: random requests, repeats, late deliveries, runs and
 * restarts.
 */
import { encodeBatch, noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { type Decision, StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import type { Operation, Reply, Request, TransactCommand } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';
import { bytes, memoryLevel, openSession, plain, type TestLevel } from './fixtures.ts';
import { Model } from './model.ts';

/** In which every command is at the base level. */
const version = { ...thisVersion, commands: {} };

const keys = [[0], [0, 0], [255], [100, 0, 255]].map((key) => Uint8Array.from(key));
const key = fc.constantFrom(...keys);
const value = fc.oneof(
  fc.uint8Array({ maxLength: 3 }),
  fc.integer({ min: -9, max: 99 }).map((number) => bytes(String(number))),
);
const by = fc.bigInt({ min: -9n, max: 9n });
const keyCommand = fc.oneof(
  fc.record({ type: fc.constant('get' as const), key }),
  fc.record({ type: fc.constant('put' as const), key, value }),
  { arbitrary: fc.record({ type: fc.constant('append' as const), key, value }), weight: 3 },
  fc.record({ type: fc.constant('delete' as const), key }),
  { arbitrary: fc.record({ type: fc.constant('increment' as const), key, by }), weight: 2 },
);
const relation = fc.constantFrom(...(['=', '!=', '<', '>'] as const));
const property = fc.constantFrom(...(['createRevision', 'modRevision', 'version'] as const));
const comparison = fc.oneof(
  fc.record({ key, of: property, is: relation, to: fc.nat({ max: 9 }) }),
  fc.record({ key, of: fc.constant('value' as const), is: relation, to: value }),
);
const { transaction } = fc.letrec<{ transaction: TransactCommand; operation: Operation }>(
  (tie) => ({
    transaction: fc.record({
      type: fc.constant('transact' as const),
      if: fc.array(comparison, { maxLength: 2 }),
      then: fc.array(tie('operation'), { maxLength: 4 }),
      else: fc.array(tie('operation'), { maxLength: 4 }),
    }),
    operation: fc.oneof(
      { maxDepth: 1, depthIdentifier: 'operation' },
      keyCommand,
      tie('transaction'),
    ),
  }),
);
const bound = fc.constantFrom(new Uint8Array(), ...keys);
const deleteRange = fc.record({
  ...{ type: fc.constant('deleteRange' as const), prefix: bound, from: bound, to: bound },
});
const command = fc.oneof({ arbitrary: keyCommand, weight: 5 }, transaction, deleteRange);
/** Few sessions and numbers, so that they collide; the window moves rarely. */
const stamp = fc
  .record({
    session: fc.integer({ min: 1, max: 4 }),
    number: fc.integer({ min: 1, max: 8 }),
    lag: fc.nat({ max: 20 }),
  })
  .map(({ session, number, lag }) => ({
    session,
    number,
    firstOutstanding: Math.max(1, number - lag),
  }));
const fresh: fc.Arbitrary<Request> = fc.oneof(
  { arbitrary: fc.record({ command, stamp }), weight: 6 },
  { arbitrary: fc.record({ command }), weight: 2 },
  { arbitrary: fc.constant({ command: openSession() }), weight: 1 },
);
/** A request, or a repeated delivery of the one this many steps back. */
const step = fc.oneof(fresh, fc.record({ back: fc.integer({ min: 1, max: 12 }) }));
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Sizes of groups, repeated. */
const cuts = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 });

/** When instances are written before the next restart, repeated: while they are applied, after that, or not at all. */
type Flush = 'during' | 'after' | 'never';
const flushes = fc.array(fc.constantFrom<Flush[]>('during', 'after', 'never'), {
  ...{ minLength: 1, maxLength: 6 },
});

function deliveries(steps: readonly Step[]): Request[] {
  const requests: Request[] = [];
  for (const next of steps) {
    const request = 'back' in next ? requests.at(-next.back) : next;
    if (request !== undefined) requests.push(request);
  }
  return requests;
}

/** `items` cut into groups of the sizes in `sizes`, repeated. */
function groups<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const cut: T[][] = [];
  let taken = 0;
  while (taken < items.length) {
    const size = sizes[cut.length % sizes.length] ?? 1;
    // A cycle of empty groups only would never end.
    const take = cut.length % sizes.length === 0 ? Math.max(1, size) : size;
    cut.push(items.slice(taken, taken + take));
    taken += take;
  }
  return cut;
}

function toDecisions(requests: readonly Request[], sizes: readonly number[]): Decision[] {
  return groups(requests, sizes).map((batch, seq) => {
    const origin = { node: seq % 3, runId: 1, number: seq };
    const isNoop = batch.length === 0;
    return { seq, value: isNoop ? noop : encodeBatch({ origin, requests: batch }) };
  });
}

interface Outcome {
  readonly replies: readonly Reply[];
  readonly machine: StateMachine;
}

/**
 * Applies each of `runs`. If there are `flushes`, it restarts after each run with what was written by
 * then, as the next of them says; later instances are applied again, with the same replies as before.
 */
async function play(runs: readonly Decision[][], flushes: readonly Flush[]): Promise<Outcome> {
  const level: TestLevel = memoryLevel();
  let machine = await StateMachine.open(new StateDatabase(level), { version });
  const replies: (readonly Reply[])[] = [];
  for (const index of runs.keys()) {
    const log = runs.slice(0, index + 1).flat();
    const { applied: before } = machine;
    const flush = flushes[index % Math.max(1, flushes.length)];
    const applying = machine.apply(log.slice(before + 1));
    const writing = flush === 'during' ? writeUntil(applying, machine) : undefined;
    for (const applied of await applying) {
      const { seq } = applied;
      expect(plain(applied.replies)).to.deep.equal(plain(replies[seq] ?? applied.replies));
      replies[seq] = applied.replies;
    }
    expect(machine.applied).to.equal(before + log.slice(before + 1).length);
    await (flush === 'after' ? machine.flush() : writing);
    if (flush === undefined) continue;
    if (index < runs.length - 1)
      machine = await StateMachine.open(new StateDatabase(level), { version });
  }
  return { replies: replies.flat(), machine };
}

/** Writes again and again, at any moment while a run is applied. */
async function writeUntil(applied: unknown, machine: StateMachine): Promise<void> {
  let isApplied = false;
  const end = Promise.resolve(applied).then(() => {
    isApplied = true;
  });
  for (let turn = 1; !isApplied; turn += 1) {
    await machine.flush();
    if (turn % 50 === 0) await new Promise(setImmediate);
  }
  await end;
}

describe('StateMachine beside a model', () => {
  it('has the replies and the state of the model, however the log is cut and restarted', async () => {
    let repeats = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 80, size: 'max' }),
        fc.record({ batches: cuts, runs: cuts, flushes }),
        async (steps, sizes) => {
          const requests = deliveries(steps);
          const model = new Model();
          const expected = requests.map((request) => model.apply(request));
          const decisions = toDecisions(requests, sizes.batches);
          const single = await play(groups(decisions, [1]), []);
          const cut = await play(groups(decisions, sizes.runs), sizes.flushes);

          expect(plain(single.replies)).to.deep.equal(plain(expected));
          expect(plain(cut.replies)).to.deep.equal(plain(expected));
          expect(cut.machine.stateHash).to.equal(single.machine.stateHash);
          expect(await cut.machine.contentHash()).to.equal(await single.machine.contentHash());
          expect(cut.machine.revision).to.equal(model.revision);
          for (const each of keys) {
            expect(plain(await cut.machine.read(each))).to.deep.equal(plain(model.entryAt(each)));
          }
          repeats += requests.length - new Set(requests).size;
        },
      ),
      { numRuns: 150 },
    );
    expect(repeats).to.be.above(500);
  }).timeout(30_000);

  it('applies each stamped append once, in every mix of repeats and reorderings', async () => {
    const tokens = Array.from({ length: 12 }, (_, index) => index);
    const order = fc.array(fc.constantFrom(...tokens), { maxLength: 60, size: 'max' });
    await fc.assert(
      fc.asyncProperty(order, cuts, async (arrivals, sizes) => {
        const open = { command: openSession() };
        const requests = arrivals.map(
          (token): Request => ({
            command: { type: 'append', key: Uint8Array.of(1), value: Uint8Array.of(token) },
            stamp: { session: 1, number: token + 1, firstOutstanding: 1 },
          }),
        );
        const decisions = toDecisions([open, ...requests], sizes);
        const { machine } = await play(groups(decisions, sizes), ['after', 'never', 'never']);
        const entry = await machine.read(Uint8Array.of(1));
        expect([...(entry?.value ?? [])]).to.deep.equal([...new Set(arrivals)]);
      }),
      { numRuns: 60 },
    );
  }).timeout(30_000);
});
