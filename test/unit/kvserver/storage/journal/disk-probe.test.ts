import { Journal } from '@paxkv/kvserver/internal/storage/index';
import { DiskProbe } from '@paxkv/kvserver/internal/storage/journal/disk-probe';
import { expect } from 'chai';
import { OwnerInMemory } from '../scratch.ts';
import { loadWrites } from './journal-use.ts';
import { SimulatedFiles } from './simulated-files.ts';

describe('DiskProbe', () => {
  it('overwrites one small file', async () => {
    const files = new SimulatedFiles();
    const probe = new DiskProbe(files);
    await probe.write();
    await probe.write();
    await probe.close();
    expect(files).to.include({ fileCount: 1, size: 512, writeCount: 2, openCount: 0 });
  });

  it('reports a disk that refuses the write, and tries again', async () => {
    const files = new SimulatedFiles();
    const probe = new DiskProbe(files);
    files.failure = { after: 0, error: new Error('EIO') };
    const error = await probe.write().catch((thrown: unknown) => thrown);
    expect(error).to.equal(files.failure.error);
    files.failure = undefined;
    await probe.write();
    await probe.close();
    expect(files.openCount).to.equal(0);
  });
});

describe('The probe of a journal', () => {
  let files: SimulatedFiles;
  let owner: OwnerInMemory;
  let journal: Journal;

  async function open(): Promise<void> {
    journal = await Journal.openOn(files, { owner, segmentBytes: 4096 });
  }

  beforeEach(async () => {
    files = new SimulatedFiles();
    owner = new OwnerInMemory();
    await open();
  });
  afterEach(() => journal.close());

  async function probed(): Promise<void> {
    await new Promise(setImmediate);
  }

  it('writes only if nothing was written for a while', async () => {
    journal.probe(60_000);
    await probed();
    expect(journal.times.writeCount).to.equal(0);
    journal.probe(0);
    await probed();
    expect(journal.times).to.include({ writeCount: 1, failure: undefined });
  });

  it('does not write while a record is being written', async () => {
    const writing = journal.write([{ type: 'reserved', round: 1 }]);
    journal.probe(0);
    await writing;
    await probed();
    expect(journal.times.writeCount).to.equal(1);
  });

  it('shows a disk that refuses writes, and leaves the journal usable', async () => {
    files.failure = { after: 0, error: new Error('no space left') };
    journal.probe(0);
    await probed();
    expect(journal.times.failure).to.equal('no space left');
    files.failure = undefined;
    await journal.write([{ type: 'reserved', round: 1 }]);
    expect(journal.times.failure).to.equal(undefined);
  });

  it('is no part of the journal: it changes neither its records nor its write index', async () => {
    await journal.write([{ type: 'reserved', round: 1 }]);
    journal.probe(0);
    await probed();
    await journal.close();
    await open();
    expect(journal.writeIndex).to.equal(1);
    expect(await loadWrites(journal)).to.deep.equal([{ type: 'reserved', round: 1 }]);
  });

  it('shows the record that is being written', async () => {
    const writing = journal.write([{ type: 'reserved', round: 1 }]);
    expect(journal.times.pendingSinceMs).to.be.a('number');
    await writing;
    expect(journal.times.pendingSinceMs).to.equal(undefined);
    expect(journal.takeSlowWrites().count).to.equal(0);
  });
});
