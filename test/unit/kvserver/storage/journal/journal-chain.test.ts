/** Damage that only the chain reveals: intact records that do not belong together. */
import { join } from 'node:path';
import { Journal } from '@paxkv/kvserver/internal/storage/index';
import { baseKey, toRecordKey } from '@paxkv/kvserver/internal/storage/journal/record-key';
import { expect } from 'chai';
import { Level } from 'level';
import { OwnerInMemory, refusalOf, Scratch, voteFor, withJournal } from '../scratch.ts';

type Rows = Level<Uint8Array, Uint8Array>;

describe('Chain of the journal', () => {
  const scratch = new Scratch();
  let options: { directory: string; owner: OwnerInMemory };

  beforeEach(async () => {
    options = { directory: join(await scratch.directory(), 'journal'), owner: new OwnerInMemory() };
    await withJournal(options, async (journal) => {
      for (let seq = 0; seq < 10; seq++) await journal.write([voteFor(seq)]);
    });
  });
  afterEach(() => scratch.clear());

  /** Opens the journal after its rows were changed directly in the database. */
  async function refusalAfter(change: (rows: Rows) => Promise<void>): Promise<string> {
    await withRows(options.directory, change);
    const refusal = await refusalOf(Journal.open(options));
    expect(refusal.code).to.equal('DISK_JOURNAL_DAMAGED');
    return refusal.message;
  }

  it('names a turn that is missing', async () => {
    expect(await refusalAfter((rows) => rows.del(toRecordKey(4)))).to.include(
      'record 4: it is missing',
    );
  });

  it('detects that the first turns are missing', async () => {
    expect(await refusalAfter((rows) => rows.del(toRecordKey(1)))).to.include(
      'record 1: it is missing',
    );
  });

  it('names a turn whose bytes were changed', async () => {
    const message = await refusalAfter(async (rows) => {
      const bytes = Buffer.from((await rows.get(toRecordKey(7))) ?? []);
      bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
      await rows.put(toRecordKey(7), bytes);
    });
    expect(message).to.include('record 7: its checksum');
  });

  it('detects a turn under the key of another', async () => {
    const message = await refusalAfter(async (rows) => {
      await rows.put(toRecordKey(7), (await rows.get(toRecordKey(6))) ?? new Uint8Array());
    });
    expect(message).to.include('record 7: its checksum');
  });

  it('detects a turn with the same number from another history', async () => {
    const other = await scratch.crashed(options.directory);
    await withJournal({ ...options, directory: other }, (journal) => journal.write([voteFor(77)]));
    await withJournal(options, async (journal) => {
      await journal.write([voteFor(10)]);
      await journal.write([voteFor(11)]);
    });
    const eleventh = await withRows(other, (rows) => rows.get(toRecordKey(11)));
    const message = await refusalAfter((rows) =>
      rows.put(toRecordKey(11), eleventh ?? new Uint8Array()),
    );
    expect(message).to.include('record 12: it does not follow');
  });

  it('detects an unknown key', async () => {
    const message = await refusalAfter((rows) => rows.put(new Uint8Array([9]), new Uint8Array()));
    expect(message).to.include('09');
  });

  it('detects a missing base', async () => {
    expect(await refusalAfter((rows) => rows.del(baseKey))).to.include('the base');
  });

  it('detects a base from before turns were dropped', async () => {
    const older = await withRows(options.directory, (rows) => rows.get(baseKey));
    await forgetMany(options);
    const message = await refusalAfter((rows) => rows.put(baseKey, older ?? new Uint8Array()));
    expect(message).to.include('record 1: it is missing');
  });

  it('detects a tail lost since the base was written', async () => {
    await forgetMany(options);
    const message = await refusalAfter(async (rows) => {
      const keys = await rows.keys({ gt: baseKey }).all();
      await rows.batch(keys.map((key) => ({ type: 'del', key })));
    });
    expect(message).to.include('ends before record');
  });

  it('detects a tail lost since its owner last saved its length', async () => {
    options.owner.writeIndexReached = 10;
    expect(await refusalAfter((rows) => rows.del(toRecordKey(10)))).to.include('before record 10');
  });

  it('cannot detect the loss of its last turn by itself', async () => {
    await withRows(options.directory, (rows) => rows.del(toRecordKey(10)));
    await withJournal(options, async (journal) => expect(journal.writeIndex).to.equal(9));
  });

  it('reports lost memory when nothing is left', async () => {
    await withRows(options.directory, (rows) => rows.clear());
    const refusal = await refusalOf(Journal.open(options));
    expect(refusal.code).to.equal('DISK_AMNESIA');
  });

  it('does not report lost memory after a crash between the mark and the first turn', async () => {
    const directory = join(await scratch.directory(), 'journal');
    const owner = new OwnerInMemory();
    await withJournal({ directory, owner }, async () => {});
    owner.hasVoted = true;
    await withJournal({ directory, owner }, (journal) => journal.write([voteFor(0)]));
  });
});

async function withRows<T>(directory: string, use: (rows: Rows) => Promise<T>): Promise<T> {
  const rows: Rows = new Level(directory, { keyEncoding: 'view', valueEncoding: 'view' });
  await rows.open();
  try {
    return await use(rows);
  } finally {
    await rows.close();
  }
}

async function forgetMany(options: { directory: string; owner: OwnerInMemory }): Promise<void> {
  await withJournal(options, async (journal) => {
    for (let seq = 10; seq < 200; seq++) {
      await journal.write([voteFor(seq), { type: 'forgotten', min: seq }]);
    }
  });
}
