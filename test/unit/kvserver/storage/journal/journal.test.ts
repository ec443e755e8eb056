import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskError, Journal } from '@paxkv/kvserver/internal/storage/index';
import type { Write } from '@paxkv/paxos';
import { expect } from 'chai';
import { storageContract } from '../../../contracts/storage-contract.ts';
import {
  bytesOf,
  OwnerInMemory,
  plain,
  refusalOf,
  Scratch,
  voteFor,
  withJournal,
} from '../scratch.ts';
import { expectFailed, loadWrites } from './journal-use.ts';
import { SimulatedFiles } from './simulated-files.ts';

const ballot = { round: 2 ** 48, peer: 4 };
const everyKind: Write<Uint8Array>[] = [
  { type: 'reserved', round: 2 ** 48 },
  { type: 'promised', seq: 0, ballot },
  { type: 'logPromised', ballot },
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

describe('Journal', () => {
  const scratch = new Scratch();
  let options: { directory: string; owner: OwnerInMemory; segmentBytes: number };

  beforeEach(async () => {
    const directory = join(await scratch.directory(), 'journal');
    options = { directory, owner: new OwnerInMemory(), segmentBytes: 16 * 1024 };
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
    expect(await withJournal(options, loadWrites)).to.deep.equal([]);
  });

  it('continues its count of writes over restarts', async () => {
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

  it('marks its owner before any record but the first is written, and once', async () => {
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

  it('is new before the first record, and kept from then on', async () => {
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

  it('is lost if its owner has voted and there is none, also after a crash before its first record', async () => {
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
      expect(await refusalOf(Journal.open(options))).to.have.property('code', 'DISK_IN_USE');
    });
  });

  it('names a directory that it cannot use', async () => {
    const directory = join(options.directory, 'nowhere', 'journal');
    const refusal = await refusalOf(Journal.open({ ...options, directory }));
    expect(refusal.code).to.equal('DISK_UNUSABLE');
    expect(refusal.message).to.include(`Cannot open the journal in ${directory}`);
  });

  it('reports lost memory when no segment is in use and the owner has voted', async () => {
    const files = new SimulatedFiles(new Map([['0000000000000002.wal', Buffer.alloc(1024)]]));
    const owner = new OwnerInMemory();
    owner.hasVoted = true;
    const refusal = await refusalOf(Journal.openOn(files, { owner }));
    expect(refusal.code).to.equal('DISK_AMNESIA');
    expect(files.closeCount).to.equal(1);
    owner.hasVoted = false;
    const journal = await Journal.openOn(files, { owner, segmentBytes: 1024 });
    expect((await journal.load()).state).to.equal('new');
    await journal.close();
  });

  it('reports lost memory when nothing is left, until the loss is recorded', async () => {
    options.owner.hasVoted = true;
    options.owner.writeIndexReached = 1;
    const refusal = await refusalOf(Journal.open(options));
    expect(refusal.code).to.equal('DISK_AMNESIA');
    options.owner.writeIndexReached = 0;
    const state = await withJournal(options, async (journal) => (await journal.load()).state);
    expect(state).to.equal('lost');
  });

  it('reads its records once, when it is opened', async () => {
    await withJournal(options, async (journal) => {
      for (const seq of [0, 1, 2]) await journal.write([voteFor(seq)]);
    });
    const journal = await Journal.open(options);
    const names = await readdir(options.directory);
    for (const name of names.filter((each) => each.endsWith('.wal')))
      await truncate(join(options.directory, name), 0);
    const { writes } = await journal.load();
    await journal.close();
    expect([...writes].filter(({ type }) => type === 'accepted')).to.have.length(3);
  });

  it('does not report lost memory after a crash between the mark and the first record', async () => {
    await withJournal(options, async () => {});
    options.owner.hasVoted = true;
    await withJournal(options, (journal) => journal.write([voteFor(0)]));
  });

  it('detects a tail lost since its owner last saved its length', async () => {
    await withJournal(options, (journal) => journal.write([voteFor(0)]));
    options.owner.writeIndexReached = 2;
    const refusal = await refusalOf(Journal.open(options));
    expect(refusal.code).to.equal('DISK_JOURNAL_DAMAGED');
    expect(refusal.message).to.include('it ends with write 1, and write 2 was made');
  });

  it('is loaded whole though it is gathered meanwhile', async () => {
    const small = { ...options, segmentBytes: 1024 };
    await withJournal(small, async (journal) => {
      for (let seq = 0; seq < 100; seq++) await journal.write([voteFor(seq, 'x'.repeat(900))]);
    });
    await withJournal({ ...small, idleMs: 1 }, async (journal) => {
      const loadings = Array.from({ length: 10 }, () => loadWrites(journal));
      await journal.write([voteFor(100), { type: 'forgotten', min: 50 }]);
      for (const loading of loadings) {
        const votes = (await loading).filter(({ type }) => type === 'accepted');
        expect(votes.length).to.equal(100);
      }
    });
  });

  it('is loaded whole while a write is under way', async () => {
    const files = new SimulatedFiles();
    const journal = await Journal.openOn(files, { owner: new OwnerInMemory(), segmentBytes: 1024 });
    for (let seq = 0; seq < 30; seq += 1) {
      const writing = journal.write([voteFor(seq, 'x'.repeat(100 * (seq % 15)))]);
      for (let turn = 0; turn < seq; turn += 1) await Promise.resolve();
      expect(await loadWrites(journal)).to.have.length(seq + 1);
      await writing;
    }
    await journal.close();
  });

  it('hands each record to the system at once, before any other work', async () => {
    const files = new SimulatedFiles();
    const owner = new OwnerInMemory();
    const journal = await Journal.openOn(files, { owner, segmentBytes: 16 * 1024 });
    // The second record waits for the mark that its owner has voted.
    for (let seq = 0; seq < 2; seq += 1) await journal.write([voteFor(seq)]);
    await journal.settled();
    for (let seq = 2; seq < 10; seq += 1) {
      const { begunWriteCount } = files;
      const writing = journal.write([voteFor(seq)]);
      expect(files.begunWriteCount).to.equal(begunWriteCount + 1);
      await writing;
      await journal.settled();
    }
    await journal.close();
  });

  it('ends a write that is under way before it closes, and takes none afterwards', async () => {
    const files = new SimulatedFiles();
    const owner = new OwnerInMemory();
    const journal = await Journal.openOn(files, { owner, segmentBytes: 1024 });
    await journal.write([voteFor(0)]);
    const writing = journal.write([voteFor(1, 'x'.repeat(5000))]);
    for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
    const closing = journal.close();
    await writing;
    await closing;
    const steps = files.stepCount;
    await expectFailed(journal.write([voteFor(2, 'x'.repeat(5000))]));
    expect(files.stepCount).to.equal(steps);
    expect(files.openCount).to.equal(0);
  });

  it('gathers nothing while a write is under way, however long that takes', async () => {
    const files = new SimulatedFiles();
    const owner = new OwnerInMemory();
    const journal = await Journal.openOn(files, { owner, segmentBytes: 1024, idleMs: 1 });
    files.writeMs = 5;
    for (let seq = 0; seq < 30; seq += 1) {
      await journal.write([voteFor(seq, 'x'.repeat(200)), { type: 'forgotten', min: seq }]);
    }
    files.writeMs = 0;
    await journal.settled();
    expect(await loadWrites(journal)).to.deep.include({ type: 'forgotten', min: 29 });
    await journal.close();
  });

  it('leaves no file open when it is refused', async () => {
    const files = new SimulatedFiles();
    const owner = new OwnerInMemory();
    const journal = await Journal.openOn(files, { owner, segmentBytes: 1024 });
    for (let seq = 0; seq < 20; seq++) await journal.write([voteFor(seq)]);
    await journal.close();
    owner.writeIndexReached = 100;
    const again = new SimulatedFiles(files.image());
    await refusalOf(Journal.openOn(again, { owner, segmentBytes: 1024 }));
    expect(again.openCount).to.equal(0);
    expect(files.openCount).to.equal(0);
  });

  it('fails for good when a checkpoint fails', async () => {
    const files = new SimulatedFiles();
    const owner = new OwnerInMemory();
    const journal = await Journal.openOn(files, { owner, segmentBytes: 1024 });
    let error: unknown;
    for (let seq = 0; error === undefined; seq += 1) {
      files.failure = { after: 1, error: new Error('it is full') };
      error = await journal
        .write([voteFor(seq), { type: 'forgotten', min: seq }])
        .catch((reason: unknown) => reason);
    }
    expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_FAILED');
    files.failure = undefined;
    expect(await expectFailed(journal.write([voteFor(1000)]))).to.equal(error);
    await journal.close();
  });
});

const disks = new Scratch();
storageContract('Journal', async () => {
  const directory = join(await disks.directory(), 'journal');
  const options = { directory, owner: new OwnerInMemory(), segmentBytes: 64 * 1024 };
  return {
    open: () => Journal.open(options),
    toValue: (text) => Buffer.from(text),
    settle: (promise) => promise,
    close: () => disks.clear(),
  };
});

storageContract('Journal on segments smaller than its records', async () => {
  const options = { owner: new OwnerInMemory(), segmentBytes: 1024 };
  let files = new SimulatedFiles();
  return {
    open: () => {
      files = new SimulatedFiles(files.image());
      return Journal.openOn(files, options);
    },
    toValue: (text) => Buffer.from(text),
    settle: (promise) => promise,
    close: async () => {},
  };
});
