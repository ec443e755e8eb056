import { BackupError } from '@paxkv/kvserver/internal/backup/backup-error';
import { ChecksumChain, encodeHead, magic } from '@paxkv/kvserver/internal/backup/backup-format';
import { readBackup } from '@paxkv/kvserver/internal/backup/backup-reader';
import type { StateRow } from '@paxkv/kvserver/internal/storage/state/row-audit';
import { expect } from 'chai';
import { backupOf, chunkOffsets, inPieces, largerState, origin, smallState } from './backups.ts';

async function codeOf(bytes: Uint8Array, size?: number): Promise<string> {
  try {
    await readBackup(inPieces(bytes, size));
    return 'intact';
  } catch (error) {
    if (error instanceof BackupError) return error.code;
    throw error;
  }
}

/** The backup with other chunks in it, each with a right checksum. */
function reseal(backup: Buffer, change: (chunks: Buffer[]) => Buffer[]): Buffer {
  const offsets = chunkOffsets(backup);
  const chunks = offsets
    .slice(0, -1)
    .map((start, index) => backup.subarray(start, (offsets[index + 1] ?? 0) - 32));
  const chain = new ChecksumChain();
  const sealed = change(chunks).flatMap((chunk) => {
    const [head, payload] = [chunk.subarray(0, 5), chunk.subarray(5)];
    return [head, payload, chain.next(head, payload)];
  });
  return Buffer.concat([magic, ...sealed]);
}

function jsonChunk(kind: string, content: object): Buffer {
  const payload = Buffer.from(JSON.stringify(content));
  return Buffer.concat([encodeHead(kind.charCodeAt(0), payload), payload]);
}

describe('A backup', () => {
  let small: Buffer;
  let larger: Buffer;

  before(async () => {
    small = await backupOf((await smallState()).level);
    larger = await backupOf((await largerState()).level);
  });

  it('reads as it was written, in pieces of any size', async () => {
    const { machine } = await smallState();
    for (const size of [1, 7, 64, small.length]) {
      const rows: StateRow[] = [];
      const { header, totals, bytes } = await readBackup(inPieces(small, size), {
        onRows: (some) => void rows.push(...some),
      });
      const { applied, revision } = machine;
      expect(header).to.deep.equal({ ...origin, featureLevel: 1, applied, revision, rows: 3 });
      expect(totals).to.include({ chunks: 1, entries: 2, sessions: 1, rows: 4 });
      expect(rows).to.have.length(4);
      expect(bytes).to.equal(small.length);
    }
  });

  it('has a row in each chunk that is too large for others beside it', async () => {
    const { totals } = await readBackup(inPieces(larger, 65_536));
    expect(totals).to.include({ entries: 10, sessions: 1 });
    expect(totals.chunks).to.be.above(2);
  });

  it('is refused after any change of any byte', async function () {
    this.timeout(60_000);
    for (let offset = 0; offset < small.length; offset += 1) {
      for (const flip of [1, 0x80]) {
        const changed = Buffer.from(small);
        changed[offset] = (changed[offset] ?? 0) ^ flip;
        expect(await codeOf(changed), `byte ${offset}`).to.not.equal('intact');
      }
    }
  });

  it('is refused if it was cut anywhere', async () => {
    for (let length = 0; length < small.length; length += 1) {
      const code = await codeOf(small.subarray(0, length));
      expect(code, `${length} bytes`).to.equal('BACKUP_INCOMPLETE');
    }
  });

  it('is refused if anything follows it', async () => {
    expect(await codeOf(Buffer.concat([small, Buffer.of(0)]))).to.equal('BACKUP_DAMAGED');
    expect(await codeOf(Buffer.concat([small, small]))).to.equal('BACKUP_DAMAGED');
  });

  it('is refused if a chunk is left out, doubled, moved, or taken from another backup', async () => {
    const offsets = chunkOffsets(larger);
    const chunks = offsets
      .slice(0, -1)
      .map((start, index) => larger.subarray(start, offsets[index + 1]));
    const file = (...parts: (Buffer | undefined)[]) =>
      Buffer.concat([magic, ...parts.filter((part) => part !== undefined)]);
    expect(await codeOf(file(...chunks))).to.equal('intact');
    for (let index = 0; index < chunks.length; index += 1) {
      const without = file(...chunks.toSpliced(index, 1));
      expect(await codeOf(without), `without chunk ${index}`).to.not.equal('intact');
      const doubled = file(...chunks.toSpliced(index, 0, ...chunks.slice(index, index + 1)));
      expect(await codeOf(doubled), `chunk ${index} twice`).to.not.equal('intact');
      if (index + 1 === chunks.length) continue;
      const moved = chunks.toSpliced(index, 1);
      const swapped = file(...moved.toSpliced(index + 1, 0, ...chunks.slice(index, index + 1)));
      expect(await codeOf(swapped), `chunk ${index} moved`).to.not.equal('intact');
    }
    const foreign = small.subarray(chunkOffsets(small)[1]);
    expect(await codeOf(file(chunks[0], foreign))).to.equal('BACKUP_DAMAGED');
  });

  it('is refused if its checksums are right and its rows are not those of its position', async () => {
    const resealed = (change: (chunks: Buffer[]) => Buffer[]) => codeOf(reseal(larger, change));
    expect(await resealed((chunks) => chunks)).to.equal('intact');
    expect(await resealed((chunks) => chunks.toSpliced(2, 1))).to.equal('BACKUP_DAMAGED');
    expect(
      await resealed(([first, second, third, ...rest]) =>
        [first, third, second, ...rest].filter((chunk) => chunk !== undefined),
      ),
    ).to.equal('BACKUP_DAMAGED');
    const [, ...others] = chunkOffsets(larger);
    expect(others.length).to.be.above(3);
    const header = { ...origin, featureLevel: 1, applied: 4, revision: 99, rows: 11 };
    expect(await resealed((chunks) => [jsonChunk('H', header), ...chunks.slice(1)])).to.equal(
      'BACKUP_DAMAGED',
    );
    const totals = { chunks: 1, entries: 10, sessions: 1, rows: 12, bytes: 1 };
    expect(await resealed((chunks) => [...chunks.slice(0, -1), jsonChunk('E', totals)])).to.equal(
      'BACKUP_DAMAGED',
    );
    expect(await resealed((chunks) => [...chunks.slice(0, -1), jsonChunk('X', totals)])).to.equal(
      'BACKUP_DAMAGED',
    );
  });

  it('of another format or a higher feature level is not read as one of this version', async () => {
    const [newer, other] = [Buffer.from(small), Buffer.from(small)];
    newer[7] = 2;
    other[0] = 0;
    expect(await codeOf(newer)).to.equal('BACKUP_UNKNOWN_FORMAT');
    expect(await codeOf(other)).to.equal('BACKUP_UNKNOWN_FORMAT');
    const header = { ...origin, featureLevel: 9999, applied: 2, revision: 5, rows: 3 };
    const level = reseal(small, (chunks) => [jsonChunk('H', header), ...chunks.slice(1)]);
    expect(await codeOf(level)).to.equal('BACKUP_UNKNOWN_FORMAT');
  });

  it('with an impossible length is refused before that much memory is taken', async () => {
    const changed = Buffer.from(small);
    for (const length of [0xffff_ffff, 4 * 1024 * 1024 + 1]) {
      changed.writeUInt32BE(length, 9);
      expect(await codeOf(changed), `${length}`).to.equal('BACKUP_DAMAGED');
    }
  });

  it('releases its source when reading ends early', async () => {
    let isReleased = false;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.from('no backup');
      } finally {
        isReleased = true;
      }
    }
    const reading = readBackup(pieces());
    await reading.then(
      () => expect.fail('it was read'),
      (error: unknown) => expect(error).to.include({ code: 'BACKUP_UNKNOWN_FORMAT' }),
    );
    expect(isReleased).to.equal(true);
  });
});
