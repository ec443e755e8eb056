/**
 * Opens the own state for backups, one at a time, while it continues to change.
 * Rule: no snapshot outlives the database that it is of.
 */
import { KvError } from '@paxkv/protocol';
import { StateError } from '../../state-machine/state-error.ts';
import type { Position } from '../../state-machine/state-store.ts';
import type { StateLevel } from '../../storage/state/state-database.ts';
import { StateExport, type StatePage } from '../../storage/state/state-export.ts';
import type { AppliedState } from '../apply/applier.ts';

export interface StateExportsOptions {
  readonly state: Pick<AppliedState, 'applied' | 'durable' | 'flush'>;
  /** The database to read, or the reason why there is no state. */
  readonly served: () => { readonly level: StateLevel } | { readonly reason: string };
  /** A row of the state is damaged. */
  readonly onFailed: (error: unknown) => void;
}

/** A state as it was when it was opened. It keeps disk space from being freed until it is closed. */
export interface OpenExport {
  readonly position: Position;
  /** How many rows the position counted. */
  readonly rowCount: number;
  /** See {@link StateExport.next}. @throws KvError `KV_UNAVAILABLE` if the state is not readable any more. */
  next(bytesMax: number): Promise<StatePage>;
  /** May be called more than once. */
  close(): Promise<void>;
}

export class StateExports {
  readonly #options: StateExportsOptions;
  /** From the call of `open` on. */
  #isBusy = false;
  #current: Export | undefined;

  constructor(options: StateExportsOptions) {
    this.#options = options;
  }

  /**
   * Opens the state with everything that is applied now.
   *
   * @throws KvError, *not done*: `KV_OVERLOADED` while another one is open; `KV_UNAVAILABLE` if there is no state.
   */
  async open(): Promise<OpenExport> {
    if (this.#isBusy) {
      throw new KvError('KV_OVERLOADED', 'Another backup is being read from this server.');
    }
    this.#isBusy = true;
    try {
      return await this.#open();
    } catch (error) {
      this.#isBusy = false;
      throw error;
    }
  }

  /** Ends the export that is open. `why`: what the server does instead. */
  async end(why: string): Promise<void> {
    await this.#current?.end(why);
  }

  async #open(): Promise<OpenExport> {
    const { state, served, onFailed } = this.#options;
    const { applied } = state;
    await state.flush();
    if (state.durable < applied) throw unavailable('could not write its state');
    const found = served();
    if ('reason' in found) throw unavailable(`has no state to back up: ${found.reason}`);
    const source = await orUnavailable(onFailed, () => StateExport.open(found.level));
    const onClosed = () => {
      this.#isBusy = false;
      this.#current = undefined;
    };
    this.#current = new Export(source, onFailed, onClosed);
    return this.#current;
  }
}

class Export implements OpenExport {
  readonly #source: StateExport;
  readonly #onFailed: (error: unknown) => void;
  readonly #onClosed: () => void;
  #closing: Promise<void> | undefined;
  #ended: string | undefined;

  constructor(source: StateExport, onFailed: (error: unknown) => void, onClosed: () => void) {
    this.#source = source;
    this.#onFailed = onFailed;
    this.#onClosed = onClosed;
  }

  get position(): Position {
    return this.#source.position;
  }

  get rowCount(): number {
    return this.#source.rowCount;
  }

  async next(bytesMax: number): Promise<StatePage> {
    if (this.#closing !== undefined) throw unavailable(this.#ended ?? 'has closed this backup');
    return orUnavailable(this.#onFailed, () => this.#source.next(bytesMax));
  }

  async end(why: string): Promise<void> {
    this.#ended ??= why;
    await this.close();
  }

  close(): Promise<void> {
    // A snapshot that does not close was of a database that is closed.
    this.#closing ??= this.#source
      .close()
      .catch(() => {})
      .finally(this.#onClosed);
    return this.#closing;
  }
}

/** What a client may be told. Damage is also reported to `onFailed`: the replica must not go on with that state. */
async function orUnavailable<T>(
  onFailed: (error: unknown) => void,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (!(cause instanceof StateError)) throw cause;
    if (cause.code === 'STATE_DAMAGED') onFailed(cause);
    throw unavailable('could not read its state', cause);
  }
}

function unavailable(what: string, cause?: unknown): KvError {
  const details = cause === undefined ? {} : { cause };
  return new KvError('KV_UNAVAILABLE', `This server ${what}.`, details);
}
