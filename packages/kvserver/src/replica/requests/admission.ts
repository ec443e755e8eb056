/**
 * Decides whether a replica accepts one more request. Each bound ends in `KV_OVERLOADED`, which is *not done*: it is
 * raised before the request is queued, and never for a request that was accepted.
 */
import { overloaded } from '../../budget/overloaded.ts';
import type { Limits } from '../../config/settings.ts';

/** How much of each bound is taken at this moment. */
export interface Load {
  readonly pendingCount: () => number;
  readonly pendingBytes: () => number;
  readonly retainedLogBytes: () => number;
  readonly journalBytes: () => number;
  /** Percent of the memory of this process. */
  readonly memoryPercent: () => number;
}

/** A bound, and how much of it is in use. */
export interface BoundUse {
  readonly bound: string;
  readonly used: number;
  readonly max: number;
}

type Bounds = Pick<
  Limits,
  | 'pendingRequestCountMax'
  | 'pendingBytesMax'
  | 'retainedLogBytesMax'
  | 'journalBytesMax'
  | 'memoryPercentMax'
>;

const boundNames = [
  'pendingRequestCountMax',
  'pendingBytesMax',
  'memoryPercentMax',
  'retainedLogBytesMax',
  'journalBytesMax',
] as const satisfies readonly (keyof Bounds)[];

export class Admission {
  readonly #limits: Bounds;
  readonly #load: Load;

  constructor(limits: Bounds, load: Load) {
    this.#limits = limits;
    this.#load = load;
  }

  /** All bounds, and how much of each is in use at this moment. */
  get uses(): BoundUse[] {
    const limits = this.#limits;
    const load = this.#load;
    const used: Record<keyof Bounds, number> = {
      pendingRequestCountMax: load.pendingCount(),
      pendingBytesMax: load.pendingBytes(),
      memoryPercentMax: load.memoryPercent(),
      retainedLogBytesMax: load.retainedLogBytes(),
      journalBytesMax: load.journalBytes(),
    };
    return boundNames.map((bound) => ({ bound, used: used[bound], max: limits[bound] }));
  }

  /** @throws KvError `KV_OVERLOADED` with the name of the bound, if there is no room for a request of any kind. */
  expectRoom(): void {
    const { pendingRequestCountMax, pendingBytesMax, memoryPercentMax } = this.#limits;
    const { pendingCount, pendingBytes, memoryPercent } = this.#load;
    expectBelow(
      'pendingRequestCountMax',
      pendingCount(),
      pendingRequestCountMax,
      'pending requests',
    );
    expectBelow('pendingBytesMax', pendingBytes(), pendingBytesMax, 'bytes of pending requests');
    expectBelow('memoryPercentMax', memoryPercent(), memoryPercentMax, 'percent of the memory');
  }

  /** @throws KvError as `expectRoom` does, and if there is no room for one more value in the log. */
  expectRoomForWrite(): void {
    this.expectRoom();
    const { retainedLogBytesMax, journalBytesMax } = this.#limits;
    const { retainedLogBytes, journalBytes } = this.#load;
    expectBelow(
      'retainedLogBytesMax',
      retainedLogBytes(),
      retainedLogBytesMax,
      'bytes of the log, kept for servers that lack them',
    );
    expectBelow('journalBytesMax', journalBytes(), journalBytesMax, 'live bytes of the journal');
  }
}

function expectBelow(bound: keyof Bounds, used: number, max: number, what: string): void {
  if (used < max) return;
  throw overloaded(`${bound} is reached: ${used} ${what} of at most ${max}`);
}
