/** Which rows of the history count at a start, and how far it is read. */
import { bytesOf } from '@paxkv/kvserver/internal/state-machine/store/changes/recent-changes';
import { DiskError } from '@paxkv/kvserver/internal/storage/disk-error';
import { HistoryLog } from '@paxkv/kvserver/internal/storage/history/history-log';
import {
  type HistoryReadingOptions,
  readHistory,
} from '@paxkv/kvserver/internal/storage/history/history-reading';
import type { StoredChange } from '@paxkv/kvserver/internal/storage/history/history-row';
import { dataKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal } from '@paxkv/kvserver/internal/storage/state/rows';
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';
import { WritePace } from '@paxkv/kvserver/internal/storage/state/write-pace';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { AppendDisk } from '../../../../kv/append-disk.ts';
import { bytes, memoryLevel, type TestLevel } from '../../state-machine/fixtures.ts';
import { intercepted } from '../../state-machine/intercepted.ts';

const pace = new WritePace(undefined);

/** An entry written at `modRevision` for the first time. */
function entryOf(value: string, modRevision: number) {
  return { value, createRevision: modRevision, modRevision, version: 1 };
}

describe('Reading of the history', () => {
  let world: World;
  let disk: AppendDisk;
  let level: TestLevel;

  beforeEach(async () => {
    world = new World({ seed: 1 });
    disk = new AppendDisk(world, world.random('disk'));
    level = memoryLevel();
    await level.open();
  });

  const openLog = () =>
    new HistoryLog({
      ...{ files: disk.open(), bytesMax: 1024 },
      onFailed: (error) => expect.fail(String(error)),
    });

  /** Writes a row for each change, behind a state of this revision. */
  async function write(revision: number, ...changes: readonly StoredChange[]): Promise<void> {
    const log = openLog();
    await world.run(async () => {
      for await (const _ of log.begin(revision));
      for (const change of changes) {
        const [after, until] = [change.revision - 1, change.revision];
        const span = { after, until, changes: [{ ...change, entry: undefined }], dropUntil: 0 };
        await log.append(span, pace);
      }
      await log.close();
    });
  }

  async function putEntry(name: string, value: string, revision: number): Promise<void> {
    const key = dataKey(bytes(name));
    await level.put(key, seal(key, [revision, revision, 1, bytes(value)]));
  }

  function read(options: Partial<HistoryReadingOptions> = {}, on: StateLevel = level) {
    const wanted = { log: openLog(), revision: 3, bytesMax: 1_000_000, ...options };
    return world.run(() => readHistory(on, wanted));
  }

  /** Three writes of one key, each a row, and its entry. */
  async function writeThree(): Promise<void> {
    await write(
      0,
      { revision: 1, name: 'a', before: undefined },
      { revision: 2, name: 'a', before: entryOf('one', 1) },
      { revision: 3, name: 'a', before: entryOf('two', 2) },
    );
    await putEntry('a', 'three', 3);
  }

  /** The same, where the row of revision 3 is in a file behind one that says something else of it. */
  async function writeOverAbandoned(change: StoredChange): Promise<void> {
    await write(
      0,
      { revision: 1, name: 'a', before: undefined },
      { revision: 2, name: 'a', before: entryOf('one', 1) },
      { revision: 3, name: 'b', before: undefined },
    );
    await write(2, change);
    await putEntry('a', 'three', 3);
  }

  it('gives every change with what was there before and what came of it', async () => {
    await writeThree();
    const [one, two, three] = [entryOf('one', 1), entryOf('two', 2), entryOf('three', 3)];
    expect(await read()).to.deep.equal({
      ...{ after: 0, until: 3 },
      changes: [
        { revision: 1, name: 'a', before: undefined, entry: one },
        { revision: 2, name: 'a', before: one, entry: two },
        { revision: 3, name: 'a', before: two, entry: three },
      ],
    });
  });

  it('gives nothing where there is nothing', async () => {
    expect(await read()).to.deep.equal({ after: 3, until: 3, changes: [] });
  });

  it('gives the removal of a key, whose entry is absent', async () => {
    const entry = entryOf('gone', 1);
    await write(
      0,
      { revision: 1, name: 'b', before: undefined },
      { revision: 2, name: 'b', before: entry },
    );
    expect((await read({ revision: 2 })).changes).to.deep.equal([
      { revision: 1, name: 'b', before: undefined, entry },
      { revision: 2, name: 'b', before: entry, entry: undefined },
    ]);
  });

  it('ends where a row is missing', async () => {
    await writeThree();
    await putEntry('c', 'without a row', 4);
    expect(await read({ revision: 4 })).to.deep.equal({ after: 4, until: 4, changes: [] });
  });

  it('skips rows that led further than the state', async () => {
    await writeThree();
    await putEntry('a', 'two', 2);
    expect(await read({ revision: 2 })).to.include({ after: 0, until: 2 });
  });

  it('ends with the row at which it has enough bytes', async () => {
    await writeThree();
    const { changes } = await read();
    const [, two = 0, three = 0] = changes.map(bytesOf);
    for (const [bytesMax, after] of [
      [1, 2],
      [three, 2],
      [three + 1, 1],
      [three + two, 1],
      [three + two + 1, 0],
    ] as const) {
      expect((await read({ bytesMax })).after, `${bytesMax}`).to.equal(after);
    }
  });

  describe('ends, and takes no abandoned row in its place,', () => {
    const nothing = { after: 3, until: 3, changes: [] };
    const right: StoredChange = { revision: 3, name: 'a', before: entryOf('two', 2) };

    it('but skips one behind a row that counts', async () => {
      await writeOverAbandoned(right);
      expect(await read()).to.include({ after: 0, until: 3 });
    });

    it('at a row that is damaged', async () => {
      await writeOverAbandoned(right);
      const [, last = ''] = [...disk.sizes.keys()].toSorted();
      disk.harm(last, 20);
      expect(await read()).to.deep.equal(nothing);
    });

    it('at a change that led to another entry than there is', async () => {
      await writeOverAbandoned(right);
      await putEntry('a', 'another', 2);
      expect(await read()).to.deep.equal(nothing);
    });
  });

  it('reads the entry of a key once, as it was when the reading began', async () => {
    await writeThree();
    let count = 0;
    const observed = intercepted(level, {
      getMany: async (call) => {
        count += 1;
        await putEntry('a', 'later', 4);
        return call();
      },
    });
    const { after, changes } = await read({}, observed);
    expect([after, changes.at(-1)?.entry?.value, count]).to.deep.equal([0, 'three', 1]);
  });

  it('closes its snapshot, also where it fails', async () => {
    await writeThree();
    let openCount = 0;
    const observed = intercepted(level, {
      snapshot: (call) => {
        const snapshot = Object(call());
        const close = snapshot.close.bind(snapshot);
        openCount += 1;
        snapshot.close = () => {
          openCount -= 1;
          return close();
        };
        return snapshot;
      },
    });
    await read({}, observed);
    await level.put(dataKey(bytes('a')), new Uint8Array(9));
    await read({}, observed).catch(() => {});
    expect(openCount).to.equal(0);
  });

  describe('fails', () => {
    const failureOf = (reading: Promise<unknown>) => reading.catch((error: unknown) => error);

    it('at an entry that is damaged, or newer than its state', async () => {
      await writeThree();
      await putEntry('a', 'later', 4);
      expect(await failureOf(read())).to.include({ code: 'STATE_DAMAGED' });
      await level.put(dataKey(bytes('a')), new Uint8Array(9));
      expect(await failureOf(read())).to.include({ code: 'STATE_DAMAGED' });
    });

    it('at a disk that cannot be read', async () => {
      await writeThree();
      const failing = intercepted(level, { getMany: () => Promise.reject(new Error('EIO')) });
      expect(await failureOf(read({}, failing))).to.include({
        code: 'STATE_FAILED',
        message: 'The state database could not read the entries that the history leads to.',
      });
    });

    it('at a damaged table, before an entry is read from it', async () => {
      await writeThree();
      const names: string[] = [];
      const tables = {
        expectIntact: async (keys: readonly Uint8Array[]) => {
          names.push(...keys.map((key) => Buffer.from(key).toString()));
          throw new DiskError('DISK_STATE_DAMAGED', 'a table is damaged');
        },
      };
      expect(await failureOf(read({ tables }))).to.include({ code: 'STATE_DAMAGED' });
      expect(names).to.deep.equal(['da']);
    });
  });
});
