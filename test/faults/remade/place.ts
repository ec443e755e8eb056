/**
 * A place: one incarnation of one cluster, with the history of what its clients asked there. The names of its keys and
 * of the elements in them tell the place, so that whatever arrives in another one is seen there.
 */
import type { HistoryEvent } from '../../history/event.ts';
import { Recorder } from '../../history/recorder.ts';
import { KeyLane } from '../traffic/key-lane.ts';

/** The key under which each place keeps its name. */
export const nameKey = 'place';

/** An element that a client was told to be in the store. */
export interface Kept {
  readonly key: string;
  readonly element: string;
}

/** The values of a store by key. */
export type Contents = ReadonlyMap<string, string>;

/** The store from which a place was restored. */
export interface Origin {
  /** What was acknowledged before the backup began. */
  readonly kept: readonly Kept[];
  /** The place that was backed up. */
  readonly place: Place;
}

export interface PlaceFacts {
  readonly name: string;
  /** `host:port` of its servers. */
  readonly addresses: readonly string[];
  readonly incarnation: string;
  /** Absent: it began empty. */
  readonly origin: Origin | undefined;
}

export class Place {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly incarnation: string;
  readonly origin: Origin | undefined;
  readonly recorder = new Recorder({ now: () => Number(process.hrtime.bigint()) });
  /** Shared by all clients, so that their calls are concurrent. */
  readonly lanes: readonly KeyLane[];
  #elementCount = 0;
  #endAt: number | undefined;

  constructor({ name, addresses, incarnation, origin }: PlaceFacts) {
    this.name = name;
    this.addresses = addresses;
    this.incarnation = incarnation;
    this.origin = origin;
    this.lanes = ['0', '1'].map((lane) => new KeyLane(`${name}.${lane}`, 'ledger'));
  }

  get endpoints(): string[] {
    return this.addresses.map((address) => `http://${address}`);
  }

  get keys(): string[] {
    return this.lanes.flatMap((lane) => lane.keys);
  }

  /** An element that nobody else writes, at this place or another. */
  nextElement(): string {
    this.#elementCount += 1;
    return `${this.name}.${this.#elementCount} `;
  }

  /** All servers of this place have ended. Nothing that is asked from now on may be answered. */
  end(): void {
    this.#endAt = this.recorder.events.length;
  }

  /** Whether its store came from that of `other`, directly or not. */
  descendsFrom(other: Place): boolean {
    const parent = this.origin?.place;
    return parent !== undefined && (parent === other || parent.descendsFrom(other));
  }

  get hasEnded(): boolean {
    return this.#endAt !== undefined;
  }

  /** The appends that were acknowledged until now. */
  get kept(): Kept[] {
    return keptIn(this.recorder.events);
  }

  /** Calls of clients that were made after the end and answered nevertheless, a line each. */
  get answeredAfterEnd(): string[] {
    const { events } = this.recorder;
    const late = events.slice(this.#endAt ?? events.length);
    const ids = new Set(
      // Those that name a node were made to read what the place had.
      late.flatMap(({ type, id, node }) => (type === 'invoke' && node === undefined ? [id] : [])),
    );
    return late
      .filter(({ type, id }) => type === 'ok' && ids.has(id))
      .map(({ id, key }) => `call ${id} of ${key} was answered after ${this.name} had ended`);
  }
}

function keptIn(events: readonly HistoryEvent[]): Kept[] {
  const asked = new Map<number, Kept>();
  const kept: Kept[] = [];
  for (const event of events) {
    if (event.type === 'invoke') {
      const { request, key, id } = event;
      if (request.name === 'append') asked.set(id, { key, element: request.value.trim() });
    } else if (event.type === 'ok') {
      const append = asked.get(event.id);
      if (append !== undefined) kept.push(append);
    }
  }
  return kept;
}
