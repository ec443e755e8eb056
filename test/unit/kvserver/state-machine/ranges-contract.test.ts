/** Reads and removals of ranges beside a model, whatever is written to the database meanwhile. */
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { RecentChanges } from '@paxkv/kvserver/internal/state-machine/store/changes/recent-changes';
import { EntryCache } from '@paxkv/kvserver/internal/state-machine/store/entry-cache';
import { PageReader } from '@paxkv/kvserver/internal/state-machine/store/ranges/pages';
import { RangeReader } from '@paxkv/kvserver/internal/state-machine/store/ranges/range-reader';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import type { CommandOf, Request, ScannedEntry } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  applyNext,
  batchOf,
  bytes,
  decided,
  memoryLevel,
  openSession,
  plain,
  put,
  remove,
  text,
} from './fixtures.ts';
import { intercepted } from './intercepted.ts';
import { Model } from './model.ts';
import { deleteRange, everyLevel, scan } from './range-commands.ts';

const names = [...'abcdef'].flatMap((name) => [name, `${name}\0`, `${name}\u00ff`]);
const keyOf = (name: string) => Buffer.from(name, 'latin1');
const key = fc.constantFrom(...names);
const bound = fc.constantFrom('', ...names);
const range = fc.record({ prefix: fc.constantFrom('', '', 'c'), from: bound, to: bound });

const step = fc.oneof(
  { arbitrary: fc.record({ put: key, value: fc.string({ maxLength: 4 }) }), weight: 6 },
  { arbitrary: fc.record({ remove: key }), weight: 2 },
  { arbitrary: fc.record({ clear: range }), weight: 1 },
  { arbitrary: fc.constant('flush' as const), weight: 1 },
  { arbitrary: fc.constant('batch' as const), weight: 2 },
  {
    arbitrary: fc.record({
      scan: range,
      reverse: fc.boolean(),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
    weight: 3,
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** All entries of a range, page by page. Nothing is written between the pages. */
async function scanned(
  read: (command: CommandOf<'scan'>) => Promise<unknown>,
  command: CommandOf<'scan'>,
): Promise<ScannedEntry[]> {
  const found: ScannedEntry[] = [];
  for (let next = command; ; ) {
    const page = (await read(next)) as Awaited<ReturnType<PageReader['read']>>;
    if (typeof page === 'string' || page.type !== 'scan') return expect.fail('it is no page');
    expect(page.entries.length).to.be.at.most(command.limit);
    found.push(...page.entries);
    if (page.next === undefined) return found;
    next = command.reverse ? { ...next, to: page.next } : { ...next, from: page.next };
  }
}

function expectedOf(model: Model, command: CommandOf<'scan'>): unknown[] {
  const inOrder = model.namesIn(command);
  if (command.reverse) inOrder.reverse();
  return inOrder.map((name) =>
    plain({ key: Buffer.from(name, 'hex'), ...model.entries.get(name) }),
  );
}

async function run(machine: StateMachine, model: Model, steps: readonly Step[]): Promise<number> {
  let requests: Request[] = [];
  let count = 0;
  const apply = async () => {
    if (requests.length === 0) return;
    const expected = requests.map((request) => model.apply(request));
    const value = batchOf(...requests);
    const [applied] = await machine.apply(decided(machine.applied + 1, [value]));
    expect(plain(applied?.replies)).to.deep.equal(plain(expected));
    requests = [];
  };
  for (const each of steps) {
    if (each === 'flush') {
      await apply();
      // Some ranges are read while it is being written.
      void machine.flush();
    } else if (each === 'batch') await apply();
    else if ('put' in each)
      requests.push({ command: { ...put('', each.value), key: keyOf(each.put) } });
    else if ('remove' in each)
      requests.push({ command: { ...remove(''), key: keyOf(each.remove) } });
    else if ('clear' in each) requests.push({ command: deleteRange(each.clear) });
    else {
      await apply();
      const command = { ...scan(each.scan), reverse: each.reverse, limit: each.limit };
      const found = await scanned((page) => machine.readRange(page), command);
      expect(found.map(plain)).to.deep.equal(expectedOf(model, command));
      const counted = await machine.readRange({ ...command, type: 'count' });
      expect(counted).to.include({ count: found.length, revision: model.revision });
      count += found.length;
    }
  }
  await apply();
  return count;
}

/** Applies and writes while ranges are read. Returns how many pages showed an older moment than the latest. */
async function readMeanwhile(machine: StateMachine, steps: readonly Step[]): Promise<number> {
  const model = new Model();
  const moments = new Map([[0, momentOf(model)]]);
  const reading: Promise<boolean>[] = [];
  let values: Uint8Array[] = [];
  const apply = async () => {
    if (values.length > 0) await machine.apply(decided(machine.applied + 1, values));
    values = [];
  };
  const write = (command: Request['command']) => {
    model.apply({ command });
    moments.set(model.revision, momentOf(model));
    values.push(batchOf(command));
  };
  for (const each of steps) {
    if (each === 'batch' || each === 'flush') await apply();
    if (each === 'flush') void machine.flush();
    else if (typeof each === 'string') continue;
    else if ('put' in each) write({ ...put('', each.value), key: keyOf(each.put) });
    else if ('remove' in each) write({ ...remove(''), key: keyOf(each.remove) });
    else if ('clear' in each) write(deleteRange(each.clear));
    else {
      const { reverse, limit } = each;
      const command = { ...scan(each.scan), reverse, limit };
      for (const one of [command, { ...command, type: 'count' as const }]) {
        const page = machine.readRange(one);
        reading.push(page.then((shown) => isPast(shown, { command, model, moments })));
      }
    }
  }
  await apply();
  return (await Promise.all(reading)).filter((isOld) => isOld).length;
}

interface Shown {
  readonly command: CommandOf<'scan'>;
  readonly model: Model;
  readonly moments: ReadonlyMap<number, Model>;
}

/** Checks that a page is that of its revision. Returns whether something was written since. */
function isPast(
  page: Awaited<ReturnType<StateMachine['readRange']>>,
  { command, model, moments }: Shown,
): boolean {
  if (typeof page === 'string') return expect.fail(`it is ${page}`);
  const moment = moments.get(page.revision) ?? expect.fail('no command made its revision');
  const expected = expectedOf(moment, command);
  if (page.type === 'count') expect(page.count).to.equal(expected.length);
  else expect(page.entries.map(plain)).to.deep.equal(expected.slice(0, command.limit));
  return page.revision < model.revision;
}

function momentOf({ entries }: Model): Model {
  const moment = new Model();
  for (const [name, entry] of entries) moment.entries.set(name, entry);
  return moment;
}

describe('Ranges beside a model', () => {
  it('have the entries of the model in order, page by page, and lose what deleteRange removes', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const level = memoryLevel();
        const machine = await StateMachine.open(new StateDatabase(level), everyLevel);
        const model = new Model();
        count += await run(machine, model, steps);
        // What is on disk is the same as what was in memory.
        await machine.flush();
        const again = await StateMachine.open(new StateDatabase(level), everyLevel);
        const found = await scanned((page) => again.readRange(page), scan({}));
        expect(found.map(plain)).to.deep.equal(expectedOf(model, scan({})));
        expect(again.stateHash).to.equal(machine.stateHash);
        // The checksum of all rows was kept through the removals.
        while (!(await again.verifyRows(1000)).isLast);
      }),
      { numRuns: 120 },
    );
    expect(count).to.be.above(100);
  }).timeout(60_000);

  it('are read in parts if much of them is undurable, which only makes pages shorter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 18 }),
        fc.array(key, { maxLength: 18 }),
        fc.boolean(),
        async (stored, changed, reverse) => {
          const level = memoryLevel();
          const database = new StateDatabase(level);
          const machine = await StateMachine.open(database, everyLevel);
          await applyNext(
            machine,
            ...stored.map((name) => ({ ...put('', 'stored'), key: keyOf(name) })),
            openSession(),
          );
          const cache = new EntryCache({ read: (each) => database.readEntries(each) });
          await cache.hold(changed);
          for (const [index, name] of changed.entries()) {
            const slot = cache.find(name) ?? expect.fail('it is held');
            const versions = { createRevision: 1, modRevision: 1, version: 1 };
            cache.change(slot, index % 3 === 0 ? undefined : { value: 'new', ...versions });
          }
          const expected = new Map(stored.map((name) => [name, 'stored']));
          for (const [index, name] of changed.entries()) {
            if (index % 3 === 0) expected.delete(name);
            else expected.set(name, 'new');
          }
          const reader = new RangeReader({
            ...{ store: database, undurable: () => cache.undurable(), revision: () => 7 },
            recentChanges: new RecentChanges(7),
            undurableCountMax: 2,
          });
          const pages = new PageReader(reader);
          const found = await scanned((page) => pages.read(page), { ...scan({}), reverse });
          const inOrder = [...expected].sort(([a], [b]) => (a < b ? -1 : 1));
          if (reverse) inOrder.reverse();
          expect(
            found.map(({ key: name, value }) => [
              Buffer.from(name).toString('latin1'),
              Buffer.from(value ?? bytes('none')).toString(),
            ]),
          ).to.deep.equal(inOrder);
        },
      ),
      { numRuns: 100 },
    );
  }).timeout(30_000);

  it('are shown as they were at one revision, whatever is applied and written meanwhile', async () => {
    let oldCount = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const machine = await StateMachine.open(new StateDatabase(memoryLevel()), everyLevel);
        oldCount += await readMeanwhile(machine, steps);
      }),
      { numRuns: 120 },
    );
    expect(oldCount).to.be.above(100);
  }).timeout(60_000);

  it('are removed within an instance that is never written in part', async () => {
    const writes: unknown[] = [];
    let machine: StateMachine | undefined;
    const level = intercepted(memoryLevel(), {
      batch: (call) => {
        writes.push([machine?.applied, machine?.revision]);
        return call();
      },
      iterator: (call) => {
        // In the middle of the second instance.
        void machine?.flush();
        return call();
      },
    });
    const opened = await StateMachine.open(new StateDatabase(level), everyLevel);
    await opened.history.known(0);
    machine = opened;
    await machine.apply(decided(0, [batchOf(put('a', '1'), put('b', '1'))]));
    const parts = [put('c', '1'), deleteRange({ from: 'a', to: 'c' }), put('a', '2')];
    await machine.apply(decided(1, [batchOf(...parts)]));
    await machine.flush();
    expect(writes).to.deep.equal([[1, 5]]);
    const page = await machine.readRange(scan({}));
    if (typeof page === 'string' || page.type !== 'scan') expect.fail('it is no page');
    expect(page.entries.map(({ key: name }) => text(name))).to.deep.equal([...['a', 'c']]);
  });
});
