/**
 * Counts of rare events in a run, by name. Every name is there from the start, so that a report shows which
 * states a run never reached.
 */
import { reasons } from '../aim/targets.ts';
import type { FaultKind } from '../schedule/fault.ts';
import { faultKinds } from '../schedule/schedule.ts';

export const rareStates = [
  'feature level raised',
  'server too old for the feature level',
  'log gap filled by a noop',
  'value adopted from an older ballot',
  'two values with votes in one instance',
  'second quorum in a decided instance',
  'duelling proposers',
  'rejection of an accept',
  'leader elected',
  'leader that takes over from another',
  'leader superseded',
  'leadership transferred',
  'commit notice piggybacked',
  'disconnect noticed',
  'accept without phase 1',
  'catch-up by learn',
  'request about a forgotten instance',
  'log truncated by a quorum',
  'batch proposed in a second instance',
  'duplicate request answered from the session table',
  'write torn by a power loss',
  'write lost in a crash',
  'unacknowledged write kept in a crash',
  'server stopped by itself',
  'server ended while it was starting',
  'server ended while it was paused',
  'server of a new group admitted',
  'server without memory admitted again',
  'page of the log taken from another server',
  'state taken from another server',
  'log window dropped or shortened',
  'damage of a journal found',
  'majority down at once',
  'all servers down at once',
  'call that went to several servers',
  'call with an unknown outcome',
  'call that was certainly not done',
  'log promise with as many votes as it may tell',
  'accept with as many notices as it may carry',
  'request refused by a full server',
  'session that was evicted',
  'transaction of several keys that was done',
  'transaction of several keys that came too late',
  'transaction of several keys with an unknown outcome',
  'range of keys that was deleted at once',
  'range of keys that was deleted with an unknown outcome',
  'change that a watch has shown',
  'watch that was told of a gap',
  ...reasons.map((reason) => `reads aimed at a server: ${reason}` as const),
] as const;

export type RareState = (typeof rareStates)[number];
export type CounterName = RareState | `fault: ${FaultKind}`;

export class Counters {
  readonly #counts = new Map<CounterName, number>();

  constructor() {
    for (const kind of faultKinds) this.#counts.set(`fault: ${kind}`, 0);
    for (const state of rareStates) this.#counts.set(state, 0);
  }

  add(name: CounterName, count: number = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  toRecord(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
