/** The files of the history: what they are named, when they end and go, and what becomes of a disk that fails. */
import { HistoryLog, type StoredRow } from '@paxkv/kvserver/internal/storage/history/history-log';
import { toHistoryRow } from '@paxkv/kvserver/internal/storage/history/history-row';
import { WritePace } from '@paxkv/kvserver/internal/storage/state/write-pace';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { AppendDisk } from '../../../../kv/append-disk.ts';
import { CountedFiles } from '../log-window/window-fixtures.ts';

const kibibyte = 1024;
const pace = new WritePace(undefined);

describe('HistoryLog', () => {
  let world: World;
  let disk: AppendDisk;
  let failures: string[];
  let counted: CountedFiles[];

  beforeEach(() => {
    world = new World({ seed: 1 });
    disk = new AppendDisk(world, world.random('disk'));
    failures = [];
    counted = [];
  });

  function open(bytesMax = kibibyte): HistoryLog {
    const files = new CountedFiles(disk.open());
    counted.push(files);
    return new HistoryLog({
      files,
      bytesMax,
      onFailed: (error) => failures.push(error instanceof Error ? error.message : String(error)),
    });
  }

  /** A row for each revision above `after`, up to `until`, with so many bytes in each. */
  async function append(log: HistoryLog, after: number, until: number, valueBytes = 0) {
    for (let revision = after + 1; revision <= until; revision += 1) {
      const value = new Uint8Array(valueBytes);
      const before = { value, createRevision: 1, modRevision: 1, version: 1 };
      const changes = [{ revision, name: 'k', before, entry: undefined }];
      await world.run(() =>
        log.append({ after: revision - 1, until: revision, changes, dropUntil: 0 }, pace),
      );
    }
  }

  async function rowsFrom(log: HistoryLog, revision: number): Promise<StoredRow[]> {
    const rows: StoredRow[] = [];
    const read = async () => {
      for await (const row of log.begin(revision)) rows.push(row);
    };
    await world.run(read);
    return rows;
  }

  const untilsFrom = async (log: HistoryLog, revision: number) =>
    (await rowsFrom(log, revision)).map(({ until }) => until);
  const names = () => [...disk.sizes.keys()].map((name) => Number(name.slice(0, 16)));

  it('gives the rows of earlier runs, the latest first, as they were written', async () => {
    const log = open();
    expect(await untilsFrom(log, 0)).to.deep.equal([]);
    await append(log, 0, 3);
    const next = open();
    const rows = await rowsFrom(next, 3);
    expect(rows.map(({ until }) => until)).to.deep.equal([3, 2, 1]);
    expect(rows.map(({ key, sealed }) => toHistoryRow(key, sealed).after)).to.deep.equal([2, 1, 0]);
    await append(next, 3, 5);
    expect(names()).to.deep.equal([0, 3]);
    expect(await untilsFrom(open(), 5)).to.deep.equal([5, 4, 3, 2, 1]);
    expect(failures).to.deep.equal([]);
  });

  it('begins a file when one is full, and removes those that are of no more use', async () => {
    const log = open();
    await rowsFrom(log, 0);
    await append(log, 0, 10, 30 * kibibyte);
    // Two rows of 30 KiB are below 64 KiB, so each file has three.
    expect(names()).to.deep.equal([0, 3, 6, 9]);
    for (const [dropUntil, left] of [
      [2, [0, 3, 6, 9]],
      [3, [3, 6, 9]],
      [8, [6, 9]],
      [100, [9]],
    ] as const) {
      await world.run(() => log.append({ after: 10, until: 10, changes: [], dropUntil }, pace));
      expect(names()).to.deep.equal(left);
    }
  });

  /** How large the row is on the disk whose change had so many bytes of value. */
  async function sizeOf(valueBytes: number): Promise<number> {
    const other = new AppendDisk(world, world.random('other disk'));
    const log = new HistoryLog({ files: other.open(), bytesMax: 1, onFailed: () => {} });
    await append(log, 0, 1, valueBytes);
    return [...other.sizes.values()][0] ?? 0;
  }

  for (const { title, bytesMax, limit } of [
    { title: '64 KiB', bytesMax: 16, limit: 64 * kibibyte },
    { title: 'a sixteenth of its bytes, if that is more', bytesMax: 16 * 90_000, limit: 90_000 },
  ]) {
    it(`begins a file behind one that has ${title}`, async () => {
      const first = limit - 40_000;
      const second = 40_000 - (await sizeOf(0)) - 100;
      const gap = limit - (await sizeOf(first)) - (await sizeOf(second));
      for (const [missing, left] of [
        [0, [0, 2]],
        [1, [0]],
      ] as const) {
        disk.wipe();
        const log = open(bytesMax);
        await append(log, 0, 1, first);
        await append(log, 1, 2, second + gap - missing);
        expect([...disk.sizes.values()]).to.deep.equal([limit - missing]);
        await append(log, 2, 3);
        expect(names()).to.deep.equal(left);
      }
    });
  }

  it('has files of a sixteenth of its bytes', async () => {
    const log = open(16 * 128 * kibibyte);
    await rowsFrom(log, 0);
    await append(log, 0, 6, 60 * kibibyte);
    expect(names()).to.deep.equal([0, 3]);
  });

  it('removes files that begin where the state is, or later, and those that are not of it', async () => {
    const log = open();
    await rowsFrom(log, 0);
    await append(log, 0, 9, 30 * kibibyte);
    const file = await world.run(() => disk.open().create('other.txt'));
    await world.run(() => file.close());
    expect(await untilsFrom(open(), 6)).to.deep.equal([6, 5, 4, 3, 2, 1]);
    expect(names()).to.deep.equal([0, 3]);
  });

  it('leaves out a row that was not written whole, and those behind it', async () => {
    const log = open();
    await rowsFrom(log, 0);
    await append(log, 0, 3);
    const [name] = disk.sizes.keys();
    const size = disk.sizes.get(name ?? '') ?? 0;
    for (const [cut, left] of [
      [1, [2, 1]],
      [size / 3, [2, 1]],
      [size / 3 + 1, [1]],
      [size - 1, []],
      [size, []],
    ] as const) {
      disk.cut(name ?? '', size - cut);
      expect(await untilsFrom(open(), 3)).to.deep.equal(left);
    }
  });

  it('survives a power loss once it has been appended', async () => {
    const log = open();
    await rowsFrom(log, 0);
    await append(log, 0, 3);
    disk.crash(1);
    expect(await untilsFrom(open(), 3)).to.deep.equal([3, 2, 1]);
  });

  it('goes on in another file behind a write that failed, and says so', async () => {
    const log = open();
    await rowsFrom(log, 0);
    await append(log, 0, 2);
    disk.failNextWrite(new Error('the disk is full'));
    await append(log, 2, 3);
    expect(failures).to.deep.equal(['the disk is full']);
    await append(log, 3, 4);
    expect(names()).to.deep.equal([0, 3]);
    expect(await untilsFrom(open(), 4)).to.deep.equal([4, 2, 1]);
  });

  it('says once that the disk fails, until it works again', async () => {
    const log = open();
    await rowsFrom(log, 0);
    for (const [revision, isFailing] of [true, true, true, false, true].entries()) {
      disk.failNextWrite(isFailing ? new Error(`at ${revision}`) : undefined);
      await append(log, revision, revision + 1);
    }
    expect(failures).to.deep.equal(['at 0', 'at 4']);
  });

  it('says that the disk fails from its first write on', async () => {
    disk.failNextWrite(new Error('the disk is full'));
    await append(open(), 0, 1);
    expect(failures).to.deep.equal(['the disk is full']);
  });

  it('waits for the pauses of a write', async () => {
    let isPaused = false;
    const pause = async () => {
      isPaused = true;
      await world.sleep(100);
      isPaused = false;
    };
    const before = {
      ...{ value: new Uint8Array(300 * kibibyte), createRevision: 1, modRevision: 1, version: 1 },
    };
    const changes = [{ revision: 1, name: 'k', before, entry: undefined }];
    const log = open();
    const startMs = world.now();
    await world.run(() =>
      log.append({ after: 0, until: 1, changes, dropUntil: 0 }, new WritePace(pause)),
    );
    expect(isPaused).to.equal(false);
    expect(world.now() - startMs).to.be.at.least(100);
  });

  it('reads files in the order of their revisions, in whatever order they are listed', async () => {
    const log = open();
    await append(log, 0, 7, 30 * kibibyte);
    const [first = ''] = disk.sizes.keys();
    const files = disk.open();
    await world.run(() => files.rename(first, 'elsewhere'));
    await world.run(() => files.rename('elsewhere', first));
    expect(names()).to.deep.equal([3, 6, 0]);
    expect(await untilsFrom(open(), 7)).to.deep.equal([7, 6, 5, 4, 3, 2, 1]);
  });

  it('ends at a file that cannot be read, and says so', async () => {
    await append(open(), 0, 7, 30 * kibibyte);
    const rows: number[] = [];
    await world.run(async () => {
      for await (const { until } of open().begin(7)) {
        rows.push(until);
        disk.remove('0000000000000003.log');
      }
    });
    expect(rows).to.deep.equal([7]);
    expect(failures).to.deep.equal(['there is no file 0000000000000003.log']);
  });

  it('takes no zeros for a row, as a crash may leave them at the end of a file', async () => {
    const log = open();
    await append(log, 0, 1);
    const [name = ''] = disk.sizes.keys();
    const rows = await rowsFrom(open(), 1);
    const sealed = rows[0]?.sealed ?? Buffer.alloc(0);
    const header = Buffer.alloc(12);
    header.writeBigUInt64BE(1n);
    header.writeUInt32BE(sealed.length, 8);
    const file = await world.run(() => disk.open().create(name));
    await world.run(() => file.append([header, sealed, Buffer.alloc(30)]));
    expect(await rowsFrom(open(), 1)).to.deep.equal(rows);
    expect(rows).to.have.length(1);
  });

  it('leaves no file open, full, read, failed or closed with it', async () => {
    const log = open();
    await rowsFrom(log, 0);
    await append(log, 0, 7, 30 * kibibyte);
    expect(counted.map(({ openCount }) => openCount)).to.deep.equal([1]);
    disk.failNextWrite(new Error('the disk is full'));
    await append(log, 7, 8);
    expect(counted.map(({ openCount }) => openCount)).to.deep.equal([0]);
    await append(log, 8, 9);
    await rowsFrom(log, 9);
    await append(log, 9, 10);
    await world.run(() => log.close());
    expect(counted.map(({ openCount }) => openCount)).to.deep.equal([0]);
  });

  it('begins anew for another state', async () => {
    const log = open();
    await rowsFrom(log, 0);
    await append(log, 0, 2);
    expect(await untilsFrom(log, 2)).to.deep.equal([2, 1]);
    await append(log, 2, 3);
    expect(names()).to.deep.equal([0, 2]);
    await world.run(() => log.close());
  });
});
