/** Reads of ranges as they were at an earlier revision, against copies of the entries at each revision. */
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import type { LoggedCommand } from '@paxkv/kvserver/internal/state-machine/store/commands/effect';
import { HistoryLog } from '@paxkv/kvserver/internal/storage/history/history-log';
import { NodeAppendFiles } from '@paxkv/kvserver/internal/storage/node-append-files';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { expect } from 'chai';
import fc from 'fast-check';
import { Scratch } from '../storage/scratch.ts';
import { batchOf, decided, memoryLevel, put, remove, type TestLevel, text } from './fixtures.ts';
import { count, deleteRange, everyLevel, scan } from './range-commands.ts';

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const step = fc.oneof(
  fc.record({ put: key }),
  fc.record({ remove: key }),
  fc.record({ from: key, to: key }),
  fc.constant('flush' as const),
  fc.constant('restart' as const),
);

describe('Ranges at an earlier revision', () => {
  const scratch = new Scratch();
  let directory: string;
  let history: HistoryLog | undefined;
  let level: TestLevel;
  let machine: StateMachine;
  /** The keys and values at each revision from 0 on. */
  let copies: Map<string, string>[];

  async function open(): Promise<void> {
    await history?.close();
    level = memoryLevel();
    directory = await scratch.directory();
    await start();
    copies = [new Map()];
  }

  async function start(): Promise<void> {
    const options = { ...everyLevel, recentChangesBytesMax: 2500 };
    history = new HistoryLog({
      files: new NodeAppendFiles(directory),
      bytesMax: 2500,
      onFailed: (error) => expect.fail(String(error)),
    });
    machine = await StateMachine.open(new StateDatabase(level, { history }), options);
  }

  /** The end of a process, after which what was not flushed is gone. The history goes as far back as before. */
  async function restart(): Promise<void> {
    const { since } = machine.recentChanges;
    await history?.close();
    await start();
    copies.length = machine.revision + 1;
    await machine.history.known(-1);
    expect(machine.recentChanges.since).to.equal(Math.min(since, machine.revision));
  }

  /** Nothing is written to the database before a flush. */
  async function apply(command: LoggedCommand): Promise<void> {
    await machine.apply(decided(machine.applied + 1, [batchOf(command)]));
  }

  async function take(one: typeof step extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
    if (one === 'flush') return machine.flush();
    if (one === 'restart') return restart();
    const next = new Map(copies.at(-1));
    const value = `${copies.length}`;
    if ('put' in one) {
      next.set(one.put, value);
      await apply(put(one.put, value));
    } else if ('remove' in one) {
      next.delete(one.remove);
      await apply(remove(one.remove));
    } else {
      for (const name of [...next.keys()]) if (name >= one.from && name < one.to) next.delete(name);
      await apply(deleteRange(one));
    }
    if (machine.revision === copies.length) copies.push(next);
  }

  async function shownAt(asOf: number): Promise<unknown> {
    const page = await machine.readRange({ ...scan({}), asOf });
    const counted = await machine.readRange({ ...count({}), asOf });
    if (typeof page === 'string' || typeof counted === 'string') {
      expect(counted).to.equal(page);
      return page;
    }
    if (page.type !== 'scan' || counted.type !== 'count') return expect.fail('it is no page');
    expect([page.revision, counted.revision, counted.count]).to.deep.equal([
      ...[asOf, asOf, page.entries.length],
    ]);
    return page.entries.map(({ key: name, value }) => [text(name), value && text(value)]);
  }

  afterEach(async () => {
    await history?.close();
    await scratch.clear();
  });

  it('are what they were, wherever entries are, or are compacted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 40, size: 'max' }),
        async (steps) => {
          await open();
          for (const one of steps) await take(one);
          for (const [revision, entries] of copies.entries()) {
            const isKept = revision >= machine.recentChanges.since;
            const expected = [...entries].sort(([one], [other]) => (one < other ? -1 : 1));
            expect(await shownAt(revision), `${revision}`).to.deep.equal(
              isKept ? expected : 'compacted',
            );
          }
          expect(await shownAt(copies.length)).to.equal('ahead');
        },
      ),
      { numRuns: 60 },
    );
  }).timeout(30_000);

  it('have the keys again that were removed later, with what the database no longer shows', async () => {
    await open();
    for (const name of ['a', 'b', 'c'] as const) await take({ put: name });
    await machine.flush();
    await take({ remove: 'b' });
    expect(await shownAt(3)).to.deep.equal([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ]);
  });
});
