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
import { plain, Scratch, voteFor } from './scratch.ts';

const node = { clusterId: 'tests', nodeId: 1, nodeCount: 3 };
const tableTurns = 400;
const logTurns = 100;
const turns = tableTurns + logTurns;
const rows = 100;
const whole = { turns, rows };

const files: { name: string; path: RegExp; code: DiskErrorCode; gone?: DiskErrorCode }[] = [
  { name: 'journal log', path: /^journal\/\d+\.log$/, code: 'DISK_JOURNAL_DAMAGED' },
  { name: 'journal table', path: /^journal\/\d+\.ldb$/, code: 'DISK_JOURNAL_DAMAGED' },
  { name: 'journal MANIFEST', path: /^journal\/MANIFEST/, code: 'DISK_JOURNAL_DAMAGED' },
  {
    name: 'journal CURRENT',
    path: /^journal\/CURRENT$/,
    code: 'DISK_JOURNAL_DAMAGED',
    gone: 'DISK_AMNESIA',
  },
  { name: 'state log', path: /^state\/\d+\.log$/, code: 'DISK_STATE_DAMAGED' },
  { name: 'state MANIFEST', path: /^state\/MANIFEST/, code: 'DISK_STATE_DAMAGED' },
  { name: 'state CURRENT', path: /^state\/CURRENT$/, code: 'DISK_STATE_DAMAGED' },
  { name: 'identity file', path: /^identity\.json$/, code: 'DISK_IDENTITY_DAMAGED' },
];

/**
 * Each function returns the new content of the file, or `undefined` to delete it; `at`, from 0 to 1, is
 * the position.
 */
const corruptions: Record<string, (whole: Buffer, at: number) => Buffer | undefined> = {
  'one bit flipped': (whole, at) => {
    const damaged = Buffer.from(whole);
    const bit = Math.floor(whole.length * 8 * at);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return damaged;
  },
  '4 KiB zeroed': (whole, at) => {
    const start = Math.floor(Math.max(0, whole.length - 4096) * at);
    return Buffer.from(whole).fill(0, start, Math.min(start + 4096, whole.length));
  },
  cut: (whole, at) => whole.subarray(0, Math.floor(whole.length * at)),
  deleted: () => undefined,
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
      const isTail = file.name.endsWith('log') && corruption === 'cut';
      const claim = isTail ? 'only the end is lost' : 'refused, or nothing lost';
      it(`${file.name}, ${corruption}: ${claim}`, async () => {
        const code = corruption === 'deleted' ? (file.gone ?? file.code) : file.code;
        for (const at of corruption === 'deleted' ? [0] : positions) {
          const path = await scratch.crashed(healthy.path);
          const target = await find(path, file.path);
          const content = corrupt(await readFile(target), at);
          await (content === undefined ? rm(target) : writeFile(target, content));
          if (isTail) expect((await memoryIn(path)).turns).to.be.within(tableTurns, turns);
          else await expectRefusedOrWhole(path, code);
        }
      });
    }
  }

  it('journal log, last write torn: nothing but the torn turn is missing', async () => {
    const path = await scratch.crashed(healthy.path);
    const log = await find(path, /^journal\/\d+\.log$/);
    const whole = await readFile(log);
    await writeFile(log, whole.subarray(0, -3));
    expect(await memoryIn(path)).to.deep.equal({ turns: turns - 1, rows });
  });
});

/** A node with most of its journal in a table and the rest in the log, as after a crash. */
async function makeVoter(path: string): Promise<DataDirectory> {
  const first = await openDataDirectory({ path, ...node });
  for (let seq = 0; seq < tableTurns; seq++) await first.journal.write([vote(seq)]);
  await first.close();
  const second = await openDataDirectory({ path, ...node });
  for (let seq = tableTurns; seq < turns; seq++) await second.journal.write([vote(seq)]);
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

/** A second attempt must have the same result: the first one repairs nothing, and hides nothing. */
async function expectRefusedOrWhole(path: string, code: DiskErrorCode): Promise<void> {
  const identity = await identityIn(path);
  const verdict = await memoryIn(path).catch(codeOf);
  if (typeof verdict === 'object') {
    expect(verdict).to.deep.equal(whole);
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
