import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSegments, SegmentRing } from '@paxkv/kvserver/internal/trace/segment-ring';
import { expect } from 'chai';

describe('the segment ring', () => {
  let directory: string;
  let failures: unknown[];

  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'paxkv-ring-')), 'trace');
    failures = [];
  });

  afterEach(() => rm(join(directory, '..'), { recursive: true }));

  const open = (bytesMax: number) =>
    SegmentRing.open({ directory, bytesMax, onFailed: (error) => failures.push(error) });

  const textOn = async () => (await readSegments(directory)).toString();

  it('keeps the latest segments within its size', async () => {
    const ring = await open(10);
    for (const name of ['aaaa', 'bbbb', 'cccc', 'dddd']) {
      ring.begin();
      ring.add(Buffer.from(name.slice(0, 2)));
      ring.add(Buffer.from(name.slice(2)));
    }
    await ring.written();
    expect(await textOn()).to.equal('ccccdddd');
    expect(await readdir(directory)).to.deep.equal(['00000002.gz', '00000003.gz']);
  });

  it('keeps the last segment, also where that alone is larger', async () => {
    const ring = await open(10);
    ring.begin();
    ring.add(Buffer.from('old'));
    ring.begin();
    ring.add(Buffer.alloc(30, 'x'));
    await ring.written();
    expect(await textOn()).to.equal('x'.repeat(30));
  });

  it('counts the segments of earlier runs, and goes on behind them', async () => {
    const before = await open(10);
    for (const name of ['aaaa', 'bbbb']) {
      before.begin();
      before.add(Buffer.from(name));
    }
    await before.written();
    const ring = await open(10);
    ring.begin();
    ring.add(Buffer.from('cccc'));
    await ring.written();
    expect(await textOn()).to.equal('bbbbcccc');
  });

  it('writes all at once before the process ends, also what was under way', async () => {
    const ring = await open(100);
    ring.begin();
    for (const piece of ['one ', 'two ', 'three']) ring.add(Buffer.from(piece));
    ring.writeNow();
    expect((await readFile(join(directory, '00000000.gz'))).toString()).to.equal('one two three');
    await ring.written();
    expect(await textOn()).to.equal('one two three');
  });

  it('tells once that the disk fails, and keeps nothing from then on', async () => {
    const ring = await open(100);
    await rm(directory, { recursive: true });
    ring.begin();
    for (const piece of ['one', 'two']) {
      ring.add(Buffer.from(piece));
      await ring.written();
    }
    ring.writeNow();
    expect(failures).to.have.length(1);
    expect(await textOn()).to.equal('');
  });

  it('holds nothing in a directory that does not exist', async () => {
    expect(await textOn()).to.equal('');
  });
});
