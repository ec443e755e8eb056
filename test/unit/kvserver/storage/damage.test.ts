/**
 * The damage matrix on one node: each file, damaged in each way. In every case the node either refuses to
 * start or has everything it ever wrote. The one exception is the end of a log, which cannot be
 * distinguished from a write that a crash cut short. Tables of the state are not included: its rows have
 * their own checksums.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DataDirectory,
  DiskError,
  type DiskErrorCode,
  openDataDirectory,
} from '@paxkv/kvserver/internal/storage/index';
import { expect } from 'chai';
import { segmentUse } from '../../../damage/segment-use.ts';
import { plain, Scratch, voteFor } from './scratch.ts';

const node = { clusterId: 'tests', nodeId: 1, nodeCount: 3, segmentBytes: 64 * 1024 };
/** Writes that the identity knows of, and those since. */
const knownTurns = 500;
const laterTurns = 150;
const turns = knownTurns + laterTurns;
const rows = 100;
const whole = { turns, rows };

interface File {
  readonly name: string;
  readonly path: RegExp;
  readonly code: DiskErrorCode;
}

const files: readonly File[] = [
  { name: 'first segment', path: /^journal\/0+1\.wal$/, code: 'DISK_JOURNAL_DAMAGED' },
  { name: 'middle segment', path: /^journal\/0+2\.wal$/, code: 'DISK_JOURNAL_DAMAGED' },
  { name: 'last segment', path: /^journal\/0+3\.wal$/, code: 'DISK_JOURNAL_DAMAGED' },
  { name: 'spare segment', path: /^journal\/0+4\.wal$/, code: 'DISK_JOURNAL_DAMAGED' },
  { name: 'state log', path: /^state\/\d+\.log$/, code: 'DISK_STATE_DAMAGED' },
  { name: 'state MANIFEST', path: /^state\/MANIFEST/, code: 'DISK_STATE_DAMAGED' },
  { name: 'state CURRENT', path: /^state\/CURRENT$/, code: 'DISK_STATE_DAMAGED' },
  { name: 'identity file', path: /^identity\.json$/, code: 'DISK_IDENTITY_DAMAGED' },
];

/**
 * Each function returns the new content of the file, or `undefined` to delete it; `at`, from 0 to 1, is
 * the position in what was written.
 */
const corruptions: Record<
  string,
  (whole: Buffer, at: number, written: number) => Buffer | undefined
> = {
  'one bit flipped': (whole, at, written) => {
    const damaged = Buffer.from(whole);
    const bit = Math.floor(written * 8 * at);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return damaged;
  },
  '4 KiB zeroed': (whole, at, written) => {
    const start = Math.floor(Math.max(0, written - 4096) * at);
    return Buffer.from(whole).fill(0, start, Math.min(start + 4096, whole.length));
  },
  'end zeroed': (whole, at, written) => Buffer.from(whole).fill(0, Math.floor(written * at)),
  cut: (whole, at) => whole.subarray(0, Math.floor(whole.length * at)),
  deleted: () => undefined,
};

/** Where damage looks like a write that a crash cut short. */
const tails: Record<string, readonly string[]> = {
  'last segment': ['end zeroed'],
  'state log': ['end zeroed', 'cut'],
};

const positions = [0.01, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.95];

describe('Damage to one node', function () {
  this.timeout(30_000);
  const scratch = new Scratch();
  const healthy = { path: '' };
  let voter: DataDirectory;

  before(async () => {
    healthy.path = join(await scratch.directory(), 'data');
    voter = await makeVoter(healthy.path);
  });
  after(async () => {
    await voter.close();
    await scratch.clear();
  });

  for (const file of files) {
    for (const [corruption, corrupt] of Object.entries(corruptions)) {
      const isTail = tails[file.name]?.includes(corruption) === true;
      const claim = isTail ? 'refused, or only the end is lost' : 'refused, or nothing lost';
      it(`${file.name}, ${corruption}: ${claim}`, async () => {
        for (const at of corruption === 'deleted' ? [0] : positions) {
          const path = await scratch.crashed(healthy.path);
          const target = await find(path, file.path);
          const present = await readFile(target);
          const written = target.endsWith('.wal') ? segmentUse(present).end : present.length;
          const content = corrupt(present, at, written);
          await (content === undefined ? rm(target) : writeFile(target, content));
          await expectRefused(path, file, isTail ? knownTurns : turns);
        }
      });
    }
  }

  it('last segment, last write torn: nothing but the torn write is missing', async () => {
    const path = await scratch.crashed(healthy.path);
    const segment = await find(path, /^journal\/0+3\.wal$/);
    const content = await readFile(segment);
    await writeFile(segment, content.fill(0, segmentUse(content).end - 16));
    expect(await memoryIn(path)).to.deep.equal({ turns: turns - 1, rows });
  });

  it('every segment gone, but for the lock: refused', async () => {
    const path = await scratch.crashed(healthy.path);
    for (const name of await readdir(join(path, 'journal'))) {
      if (name.endsWith('.wal')) await rm(join(path, 'journal', name));
    }
    expect(await memoryIn(path).catch(codeOf)).to.equal('DISK_AMNESIA');
  });
});

/** A node with its journal in three segments, as after a crash. */
async function makeVoter(path: string): Promise<DataDirectory> {
  const first = await openDataDirectory({ path, ...node });
  for (let seq = 0; seq < knownTurns; seq++) await first.journal.write([vote(seq)]);
  await first.close();
  const second = await openDataDirectory({ path, ...node });
  for (let seq = knownTurns; seq < turns; seq++) await second.journal.write([vote(seq)]);
  for (let key = 0; key < rows; key++) await second.state.put(Buffer.from([key]), row(key));
  return second;
}

function vote(seq: number): ReturnType<typeof voteFor> {
  return voteFor(seq, `value ${seq} `.repeat(20));
}

async function find(directory: string, pattern: RegExp): Promise<string> {
  for (const entry of await readdir(directory, { recursive: true })) {
    if (pattern.test(entry)) return join(directory, entry);
  }
  throw new Error(`there is no ${pattern} in ${directory}`);
}

/**
 * Expects a refusal, or all rows and at least so many turns. A second attempt must have the same result: the
 * first one repairs nothing, and hides nothing.
 */
async function expectRefused(path: string, { code }: File, turnsMin: number): Promise<void> {
  const identity = await identityIn(path);
  const verdict = await memoryIn(path).catch(codeOf);
  if (typeof verdict === 'object') {
    expect(verdict.turns).to.be.within(turnsMin, turns);
    if (turnsMin === turns) expect(verdict).to.deep.equal(whole);
    return;
  }
  expect(verdict).to.be.oneOf([code, 'DISK_NEWER_FORMAT', 'DISK_OLDER_FORMAT']);
  expect(await memoryIn(path).catch(codeOf)).to.equal(verdict);
  expect(await identityIn(path)).to.equal(identity);
}

/** The number of turns and rows that the node has, checked to be a prefix of what was written. */
async function memoryIn(path: string): Promise<typeof whole> {
  const { journal, state, close } = await openDataDirectory({ path, ...node });
  try {
    const loaded = [...(await journal.load()).writes];
    expect(loaded.map(plain)).to.deep.equal(loaded.map((_, seq) => plain(vote(seq))));
    const values = await state.values().all();
    expect(values).to.deep.equal(values.map((_, key) => row(key)));
    return { turns: loaded.length, rows: values.length };
  } finally {
    await close();
  }
}

function identityIn(path: string): Promise<string | undefined> {
  return readFile(join(path, 'identity.json'), 'latin1').catch(() => undefined);
}

function row(key: number): Buffer {
  return Buffer.alloc(300, key);
}

function codeOf(error: unknown): DiskErrorCode {
  if (error instanceof DiskError) return error.code;
  throw error;
}
