/**
 * Writes a backup: the rows of one state, page by page, as the receiver takes them.
 * Rule: the last chunk is written only if every row that the position counts was read and was intact.
 */
import type { Position } from '../state-machine/state-store.ts';
import type { StatePage } from '../storage/state/state-export.ts';
import {
  type BackupHeader,
  ChecksumChain,
  chunkKinds,
  encodeHead,
  encodeRows,
  magic,
} from './backup-format.ts';
import { RowTotals } from './row-totals.ts';

/** Bytes of rows in one chunk. The last row may exceed it. */
const chunkBytes = 256 * 1024;

/** A state as it was at one position. */
export interface BackupSource {
  readonly position: Position;
  readonly rowCount: number;
  /** Returns all rows, page by page. @throws StateError, KvError `KV_UNAVAILABLE` */
  next(bytesMax: number): Promise<StatePage>;
  close(): Promise<void>;
}

/** What the header says besides the position. */
export type BackupOrigin = Omit<
  BackupHeader,
  'featureLevel' | 'incarnation' | 'applied' | 'revision' | 'rows'
>;

/** The bytes of a backup, in pieces. Closes `source` when they end, or are not taken any further. */
export async function* writeBackup(
  source: BackupSource,
  origin: BackupOrigin,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chain = new ChecksumChain();
  const counted = new RowTotals();
  try {
    yield magic;
    yield* toChunk(chain, chunkKinds.header, toJson(headerOf(source, origin)));
    for (let isLast = false; !isLast; ) {
      const page = await source.next(chunkBytes);
      ({ isLast } = page);
      if (page.rows.length === 0) continue;
      counted.add(page.rows);
      yield* toChunk(chain, chunkKinds.rows, encodeRows(page.rows));
    }
    yield* toChunk(chain, chunkKinds.end, toJson(counted.totals));
  } finally {
    await source.close();
  }
}

function headerOf({ position, rowCount: rows }: BackupSource, origin: BackupOrigin): BackupHeader {
  const { featureLevel, incarnation, applied, revision } = position;
  const named = incarnation === undefined ? {} : { incarnation };
  return { ...origin, featureLevel, ...named, applied, revision, rows };
}

/** The parts of a chunk. The payload is not copied. */
function toChunk(chain: ChecksumChain, kind: number, payload: Uint8Array): Uint8Array[] {
  const head = encodeHead(kind, payload);
  return [head, payload, chain.next(head, payload)];
}

function toJson(content: object): Uint8Array {
  return Buffer.from(JSON.stringify(content));
}
