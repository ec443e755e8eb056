/**
 * Reads a backup and verifies everything in it: checksums, the order of chunks and of rows, the totals, and the state
 * itself, row by row as a server would load it.
 * Rule: what is read counts only if the reading ends without an error.
 */
import { z } from 'zod';
import { expectLevel, thisVersion } from '../state-machine/features.ts';
import { StateError } from '../state-machine/state-error.ts';
import type { StateRow } from '../storage/state/row-audit.ts';
import { StateReader } from '../storage/state/state-reader.ts';
import { BackupError } from './backup-error.ts';
import {
  type BackupHeader,
  type BackupTotals,
  ChecksumChain,
  checksumBytes,
  chunkHeadBytes,
  chunkKinds,
  decodeRows,
  expectMagic,
  headerSchema,
  magicBytes,
  payloadBytesMax,
  totalsSchema,
} from './backup-format.ts';
import { PieceReader } from './piece-reader.ts';
import { RowTotals } from './row-totals.ts';

/** A backup that was read to its end without an error. */
export interface VerifiedBackup {
  readonly header: BackupHeader;
  readonly totals: BackupTotals;
  /** The checksum of the last chunk in hexadecimal. It covers every byte, so it names the backup. */
  readonly checksum: string;
  /** Bytes of the whole backup. */
  readonly bytes: number;
}

/** Receives what a backup contains while it is read. */
export interface BackupListener {
  /** Called once, before any row. */
  onHeader?(header: BackupHeader): void;
  /** Some rows, intact and in order. They are views of memory that is not used again. */
  onRows?(rows: readonly StateRow[]): Promise<void> | void;
}

/**
 * Reads the pieces of one backup, one chunk in memory at a time.
 *
 * @throws BackupError; the errors of `pieces` and of `listener`
 */
export async function readBackup(
  pieces: AsyncIterable<Uint8Array>,
  listener: BackupListener = {},
): Promise<VerifiedBackup> {
  const reader = new PieceReader(pieces);
  try {
    return await new Reading(reader, listener).run();
  } finally {
    await reader.close();
  }
}

interface Chunk {
  readonly kind: number;
  readonly payload: Buffer;
  readonly checksum: Buffer;
}

class Reading {
  readonly #reader: PieceReader;
  readonly #listener: BackupListener;
  readonly #chain = new ChecksumChain();
  readonly #state = new StateReader();
  readonly #counted = new RowTotals();
  /** Where the chunk that is being read begins. */
  #offset = 0;

  constructor(reader: PieceReader, listener: BackupListener) {
    this.#reader = reader;
    this.#listener = listener;
  }

  async run(): Promise<VerifiedBackup> {
    expectMagic(await this.#reader.take(magicBytes));
    const header = this.#parseHeader(await this.#next());
    this.#listener.onHeader?.(header);
    for (;;) {
      const chunk = await this.#next();
      if (chunk.kind === chunkKinds.rows) await this.#takeRows(chunk.payload);
      else if (chunk.kind === chunkKinds.end) return await this.#finish(header, chunk);
      else throw this.#damaged('a chunk of an unexpected kind');
    }
  }

  async #next(): Promise<Chunk> {
    this.#offset = this.#reader.offset;
    const head = await this.#reader.take(chunkHeadBytes);
    const payloadBytes = head.readUInt32BE(1);
    if (payloadBytes > payloadBytesMax) throw this.#damaged('the length of a chunk is impossible');
    const payload = await this.#reader.take(payloadBytes);
    const checksum = await this.#reader.take(checksumBytes);
    if (!checksum.equals(this.#chain.next(head, payload))) {
      throw this.#damaged('the checksum of a chunk is wrong');
    }
    return { kind: head.readUInt8(0), payload, checksum };
  }

  #parseHeader({ kind, payload }: Chunk): BackupHeader {
    if (kind !== chunkKinds.header) throw this.#damaged('the first chunk is no header');
    const header = this.#orDamaged(() => parse(headerSchema, payload));
    try {
      expectLevel(thisVersion, header.featureLevel);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new BackupError('BACKUP_UNKNOWN_FORMAT', message, cause);
    }
    return header;
  }

  async #takeRows(payload: Buffer): Promise<void> {
    const rows = this.#orDamaged(() => {
      const decoded = decodeRows(payload);
      this.#counted.add(decoded);
      for (const row of decoded) this.#state.take(row);
      return decoded;
    });
    await this.#listener.onRows?.(rows);
  }

  async #finish(header: BackupHeader, { payload, checksum }: Chunk): Promise<VerifiedBackup> {
    const totals = this.#orDamaged(() => parse(totalsSchema, payload));
    if (JSON.stringify(totals) !== JSON.stringify(this.#counted.totals)) {
      throw this.#damaged('the totals do not match the rows');
    }
    this.#expectPosition(header);
    const bytes = this.#reader.offset;
    if (await this.#reader.isAtEnd()) {
      return { header, totals, checksum: checksum.toString('hex'), bytes };
    }
    this.#offset = bytes;
    throw this.#damaged('something follows the last chunk');
  }

  #expectPosition({ applied, revision, featureLevel, incarnation, rows }: BackupHeader): void {
    const { position, checksum } = this.#orDamaged(() => this.#state.finish());
    const isSame =
      position.applied === applied &&
      position.revision === revision &&
      position.featureLevel === featureLevel &&
      position.incarnation === incarnation &&
      checksum.count === rows;
    if (!isSame) throw this.#damaged('the header does not match the position');
  }

  /** What is wrong with the content of an intact chunk was wrong when it was written. */
  #orDamaged<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      const isContent =
        cause instanceof RangeError ||
        cause instanceof TypeError ||
        cause instanceof SyntaxError ||
        cause instanceof StateError ||
        cause instanceof z.ZodError;
      throw isContent ? this.#damaged(cause.message, cause) : cause;
    }
  }

  #damaged(what: string, cause?: unknown): BackupError {
    const message = `The backup is damaged in its chunk at byte ${this.#offset}: ${what}.`;
    return new BackupError('BACKUP_DAMAGED', message.replace(/\.\.$/, '.'), cause);
  }
}

/** @throws SyntaxError, ZodError */
function parse<T>(schema: z.ZodType<T>, payload: Buffer): T {
  return schema.parse(JSON.parse(payload.toString('utf8')));
}
