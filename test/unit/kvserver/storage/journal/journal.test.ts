import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskError, Journal } from '@paxkv/kvserver/internal/storage/index';
import type { Write } from '@paxkv/paxos';
import { expect } from 'chai';
import { Level } from 'level';
import { storageContract } from '../../../contracts/storage-contract.ts';
import { bytesOf, OwnerInMemory, plain, Scratch, voteFor, withJournal } from '../scratch.ts';

const ballot = { round: 2 ** 48, peer: 4 };
const everyKind: Write<Uint8Array>[] = [
  { type: 'reserved', round: 2 ** 48 },
  { type: 'promised', seq: 0, ballot },
  { type: 'accepted', seq: Number.MAX_SAFE_INTEGER, ballot, value: bytesOf('') },
  { type: 'accepted', seq: 1, ballot, value: new Uint8Array([0, 255, 128]) },
  { type: 'decided', seq: 1 },
  { type: 'decided', seq: 2, value: bytesOf('two') },
  { type: 'incarnation', incarnation: 3, attempt: 2 ** 47, isNew: false },
  { type: 'incarnation', incarnation: 3, attempt: 2 ** 47, isNew: false, votingFloor: -1 },
  { type: 'peerRecords', peers: [] },
  {
    type: 'peerRecords',
    peers: [
      { incarnation: 0, writeIndex: 9 },
      { incarnation: 1, writeIndex: 0, admission: { incarnation: 1, attempt: 7, isNew: true } },
      { incarnation: 2, writeIndex: 3, hadOther: true },
    ],
  },
];

async function loadWrites(journal: Journal): Promise<Write<Uint8Array>[]> {
  return [...(await journal.load()).writes];
}

describe('Journal', () => {
  const scratch = new Scratch();
  let options: { directory: string; owner: OwnerInMemory };

  beforeEach(async () => {
    options = { directory: join(await scratch.directory(), 'journal'), owner: new OwnerInMemory() };
  });
  afterEach(() => scratch.clear());

  it('returns every kind of write, in order, after a restart', async () => {
    await withJournal(options, async (journal) => {
      await journal.write(everyKind.slice(0, 3));
      await journal.write(everyKind.slice(3));
    });
    const loaded = await withJournal(options, loadWrites);
    expect(loaded.map(plain)).to.deep.equal(everyKind.map(plain));
  });

  it('is empty when new', async () => {
    const loaded = await withJournal(options, loadWrites);
    expect(loaded).to.deep.equal([]);
  });

  it('continues its count of turns over restarts', async () => {
    await withJournal(options, (journal) => journal.write([voteFor(0)]));
    await withJournal(options, async (journal) => {
      expect(journal.writeIndex).to.equal(1);
      await journal.write([voteFor(1)]);
      await journal.write([]);
      expect(journal.writeIndex).to.equal(2);
    });
  });

  it('keeps all that was written when the process dies', async () => {
    await withJournal(options, async (journal) => {
      for (let seq = 0; seq < 20; seq++) await journal.write([voteFor(seq)]);
      const directory = await scratch.crashed(options.directory);
      const loaded = await withJournal({ ...options, directory }, loadWrites);
      expect(loaded).to.have.length(20);
    });
  });

  it('marks its owner before any turn but the first is written, and once', async () => {
    const marks: number[] = [];
    await withJournal(options, async (journal) => {
      options.owner.markVoted = async () => {
        marks.push(journal.writeIndex);
        options.owner.hasVoted = true;
      };
      await journal.write([voteFor(0)]);
      await journal.write([voteFor(1)]);
    });
    expect(marks).to.deep.equal([1]);
  });

  it('writes nothing while the mark cannot be made, and never again on this handle', async () => {
    await withJournal(options, async (journal) => {
      await journal.write([voteFor(0)]);
      options.owner.markVoted = () => Promise.reject(new Error('no space'));
      await expectFailed(journal.write([voteFor(1)]));
      options.owner.markVoted = () => Promise.resolve();
      await expectFailed(journal.write([voteFor(1)]));
      expect(journal.writeIndex).to.equal(1);
    });
    expect(await withJournal(options, loadWrites)).to.have.length(1);
  });

  it('is new before the first turn, and kept from then on', async () => {
    const states: string[] = [];
    for (let run = 0; run < 3; run += 1) {
      await withJournal(options, async (journal) => {
        states.push((await journal.load()).state);
        if (run > 0) await journal.write([voteFor(run)]);
      });
    }
    await withJournal(options, async (journal) => states.push((await journal.load()).state));
    expect(states).to.deep.equal(['new', 'new', 'kept', 'kept']);
  });

  it('is lost if its owner has voted and there is none, also after a crash before its first turn', async () => {
    options.owner.hasVoted = true;
    for (let run = 0; run < 2; run += 1) {
      await withJournal(options, async (journal) => {
        expect(await journal.load()).to.deep.equal({ state: 'lost', writeIndex: 0, writes: [] });
      });
    }
    await withJournal(options, (journal) => journal.write([voteFor(0)]));
    await withJournal(options, async (journal) => {
      expect(await journal.load()).to.include({ state: 'kept', writeIndex: 1 });
    });
  });

  it('rejects every write after one that failed, until it is reopened', async () => {
    await withJournal(options, async (journal) => {
      await journal.write([voteFor(0)]);
      await journal.close();
      const first = await expectFailed(journal.write([voteFor(1)]));
      const second = await expectFailed(journal.write([voteFor(1)]));
      expect(second).to.equal(first);
    });
    await withJournal(options, (journal) => journal.write([voteFor(1)]));
  });

  it('refuses a second write while one is in progress', async () => {
    await withJournal(options, async (journal) => {
      const first = journal.write([voteFor(0)]);
      const error = await journal.write([voteFor(1)]).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(Error).with.property('code', 'ERR_ASSERTION');
      await first;
      expect(journal.writeIndex).to.equal(1);
    });
  });

  it('refuses a write that it could not read back, and stays usable', async () => {
    const unreadable: Write<Uint8Array>[] = [
      { type: 'promised', seq: -1, ballot },
      { type: 'promised', seq: 0.5, ballot },
      { type: 'promised', seq: 0, ballot: { round: 0, peer: 0 } },
      { type: 'promised', seq: 0, ballot: { round: 2 ** 48 + 1, peer: 0 } },
      { type: 'promised', seq: 0, ballot: { round: 1, peer: Number.NaN } },
      { type: 'reserved', round: Number.POSITIVE_INFINITY },
      { type: 'forgotten', min: 2 ** 53 },
    ];
    await withJournal(options, async (journal) => {
      for (const write of unreadable) {
        const error = await journal.write([write]).catch((reason: unknown) => reason);
        expect(error, JSON.stringify(write)).to.be.instanceOf(TypeError);
      }
      await journal.write([voteFor(0)]);
      expect(await loadWrites(journal)).to.have.length(1);
    });
  });

  it('does not open twice', async () => {
    await withJournal(options, async () => {
      const error = await Journal.open(options).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_IN_USE');
    });
  });
});

describe('Journal that forgets', () => {
  const scratch = new Scratch();
  let options: { directory: string; owner: OwnerInMemory };

  beforeEach(async () => {
    options = { directory: join(await scratch.directory(), 'journal'), owner: new OwnerInMemory() };
  });
  afterEach(() => scratch.clear());

  it('omits forgotten instances, and keeps min, rounds and the rest', async () => {
    await withJournal(options, async (journal) => {
      await journal.write([{ type: 'reserved', round: 77 }]);
      for (let seq = 0; seq < 300; seq++) await journal.write([voteFor(seq)]);
      await journal.write([{ type: 'forgotten', min: 290 }]);
      await journal.write([voteFor(300)]);
    });
    const loaded = await withJournal(options, loadWrites);
    const votes = Array.from({ length: 11 }, (_, index) => voteFor(290 + index));
    expect(loaded.map(plain)).to.deep.include.members([
      ...votes.map(plain),
      { type: 'reserved', round: 77 },
    ]);
    expect(loaded.filter(({ type }) => type === 'accepted')).to.have.length(11);
    expect(loaded.map(plain)).to.deep.include({ type: 'forgotten', min: 290 });
  });

  it('deletes forgotten turns from the disk, and still verifies after each restart', async () => {
    let seq = 0;
    for (let run = 0; run < 4; run++) {
      await withJournal(options, async (journal) => {
        for (const end = seq + 150; seq < end; seq++) {
          await journal.write([{ type: 'forgotten', min: Math.max(0, seq - 10) }, voteFor(seq)]);
        }
      });
    }
    expect(await recordCount(options.directory)).to.be.lessThan(100);
    await withJournal(options, (journal) => {
      expect(journal.writeIndex).to.equal(600);
      return loadWrites(journal);
    });
  });

  it('keeps a turn that mentions one instance not forgotten, and all turns after it', async () => {
    await withJournal(options, async (journal) => {
      await journal.write([voteFor(1_000_000)]);
      for (let seq = 0; seq < 200; seq++) await journal.write([voteFor(seq)]);
      await journal.write([{ type: 'forgotten', min: 200 }]);
      await journal.write([voteFor(200)]);
    });
    expect(await recordCount(options.directory)).to.equal(204);
    const loaded = await withJournal(options, loadWrites);
    expect(loaded.map(plain)).to.deep.include.members([plain(voteFor(1_000_000))]);
  });

  it('has a bounded size under an endless load', async function () {
    this.timeout(30_000);
    const value = 'x'.repeat(2000);
    await withJournal(options, async (journal) => {
      for (let seq = 0; seq < 6000; seq += 10) {
        const votes = Array.from({ length: 10 }, (_, index) => voteFor(seq + index, value));
        await journal.write([{ type: 'forgotten', min: seq }, ...votes]);
      }
      const database = await sizeOf(options.directory);
      expect(database, 'of 12 MB written').to.be.lessThan(9_000_000);
    });
  });
});

async function expectFailed(writing: Promise<void>): Promise<unknown> {
  const error = await writing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_FAILED');
  return error;
}

async function recordCount(directory: string): Promise<number> {
  const database = new Level(directory);
  const keys = await database.keys().all();
  await database.close();
  return keys.length;
}

async function sizeOf(directory: string): Promise<number> {
  const names = await readdir(directory);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(directory, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const disks = new Scratch();
storageContract('Journal', async () => {
  const options = {
    directory: join(await disks.directory(), 'journal'),
    owner: new OwnerInMemory(),
  };
  return {
    open: () => Journal.open(options),
    toValue: (text) => Buffer.from(text),
    settle: (promise) => promise,
    close: () => disks.clear(),
  };
});
