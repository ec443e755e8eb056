/**
 * Reads a whole state as it was at one moment, page by page, while the state itself continues to change. It can
 * go back to any key that it read.
 */
import type { Bytes } from '@paxkv/protocol';
import type { AbstractIterator, AbstractSnapshot } from 'abstract-level';
import { StateError } from '../../state-machine/state-error.ts';
import type { Position } from '../../state-machine/state-store.ts';
import { attempt } from './attempt.ts';
import { RowAudit, type StateRow } from './row-audit.ts';
import { isLocalKey, positionKey } from './row-keys.ts';
import type { StateChecksum, VerifiedPosition } from './rows.ts';
import { toPosition, unseal } from './rows.ts';
import type { StateLevel } from './state-database.ts';

/** Some rows of a state. All pages together hold all rows, in the order of their keys. */
export interface StatePage {
  readonly rows: readonly StateRow[];
  readonly isLast: boolean;
}

const readCountMax = 64;

export class StateExport {
  /** The position of the state that is read. */
  readonly position: Position;
  readonly #checksum: StateChecksum;
  readonly #level: StateLevel;
  readonly #snapshot: AbstractSnapshot;
  #iterator: AbstractIterator<StateLevel, Bytes, Bytes>;
  readonly #audit = new RowAudit();
  /** Rows that were read and are in no page yet. */
  #waiting: StateRow[] = [];
  /** The highest key that the audit has counted. */
  #counted: Bytes | undefined;

  private constructor(
    { position, checksum }: VerifiedPosition,
    level: StateLevel,
    snapshot: AbstractSnapshot,
  ) {
    this.position = position;
    this.#checksum = checksum;
    this.#level = level;
    this.#snapshot = snapshot;
    this.#iterator = level.iterator({ snapshot });
  }

  /**
   * Takes a snapshot of the state and holds it until `close`.
   *
   * @throws StateError `STATE_DAMAGED`, also if there is no position, which means that no instance was applied.
   */
  static async open(level: StateLevel): Promise<StateExport> {
    const snapshot = await attempt('take a snapshot of the state', async () => level.snapshot());
    try {
      const row = await attempt('read the position', () => level.get(positionKey, { snapshot }));
      if (row === undefined) throw new StateError('STATE_DAMAGED', 'The state has no position.');
      return new StateExport(unseal(positionKey, row, toPosition), level, snapshot);
    } catch (error) {
      await snapshot.close();
      throw error;
    }
  }

  /** The highest instance applied. */
  get applied(): number {
    return this.position.applied;
  }

  /** How many rows the position counted. */
  get rowCount(): number {
    return this.#checksum.count;
  }

  /** Continues with the row that follows `key`; from the beginning if the key is empty. */
  async goTo(key: Bytes): Promise<void> {
    await this.#iterator.close();
    const snapshot = this.#snapshot;
    this.#iterator = this.#level.iterator(key.length === 0 ? { snapshot } : { snapshot, gt: key });
    this.#waiting = [];
  }

  /**
   * Returns the next page, of `bytesMax` bytes or little more. The last page is the one that finds no more rows.
   *
   * @throws StateError `STATE_DAMAGED` if a row is damaged or missing.
   */
  async next(bytesMax: number): Promise<StatePage> {
    const rows: StateRow[] = [];
    let bytes = 0;
    while (bytes < bytesMax) {
      if (this.#waiting.length === 0) this.#waiting = await this.#read();
      const row = this.#waiting.shift();
      if (row === undefined) {
        this.#audit.finish(this.#checksum);
        return { rows, isLast: true };
      }
      if (isLocalKey(row[0])) continue;
      this.#verify(row);
      rows.push(row);
      bytes += row[0].length + row[1].length;
    }
    return { rows, isLast: false };
  }

  async close(): Promise<void> {
    await this.#iterator.close();
    await this.#snapshot.close();
  }

  /** A row that was read before is verified again, and not counted twice. */
  #verify(row: StateRow): void {
    const [key] = row;
    const isCounted = this.#counted !== undefined && Buffer.compare(key, this.#counted) <= 0;
    const audit = isCounted ? new RowAudit() : this.#audit;
    audit.take(row);
    if (!isCounted) this.#counted = key;
  }

  #read(): Promise<StateRow[]> {
    return attempt('read rows', () => this.#iterator.nextv(readCountMax));
  }
}
