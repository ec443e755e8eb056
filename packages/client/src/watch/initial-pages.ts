/** The entries with which a watch begins. Each page shows another moment, so this remembers which changes a page shows. */
import {
  type ChangeEvent,
  type CommandOf,
  compareBytes,
  type KeyRange,
  type ReplyOf,
  scanLimitMax,
} from '@paxkv/protocol';

export type InitialPage = Pick<ReplyOf<'scan'>, 'entries'>;

/** The keys of a page: those below `end` that are in no page before. */
interface Span {
  readonly end: Uint8Array | undefined;
  readonly revision: number;
}

export class InitialPages {
  readonly #range: KeyRange;
  readonly #scan: (command: CommandOf<'scan'>) => Promise<ReplyOf<'scan'>>;
  /** In the order of their keys, and of their revisions. */
  readonly #spans: Span[] = [];

  constructor(range: KeyRange, scan: (command: CommandOf<'scan'>) => Promise<ReplyOf<'scan'>>) {
    this.#range = range;
    this.#scan = scan;
  }

  /** The revision from which on no page shows later changes. */
  get revision(): number {
    return this.#spans.at(-1)?.revision ?? 0;
  }

  async *read(): AsyncGenerator<InitialPage> {
    const how = { limit: scanLimitMax, reverse: false, keysOnly: false };
    let range: KeyRange | undefined = this.#range;
    while (range !== undefined) {
      const page: ReplyOf<'scan'> = await this.#scan({ type: 'scan', ...range, ...how });
      const { revision, next: end } = page;
      this.#spans.push({ end, revision });
      yield page;
      range = end && { ...range, from: end };
    }
  }

  /** Whether the page of the key shows the change already. */
  show({ key, modRevision }: ChangeEvent): boolean {
    if (modRevision > this.revision) return false;
    const span = this.#spans.find(({ end }) => end === undefined || compareBytes(key, end) < 0);
    return span !== undefined && modRevision <= span.revision;
  }
}
