/**
 * Counts of what happened in a run, by name. Every name is there from the start: a run that never
 * reaches a state says nothing about it, and must be seen not to.
 */
import type { FaultKind } from '../schedule/fault.ts';
import { faultKinds } from '../schedule/schedule.ts';

export const rareStates = [
  'hole filled by a noop',
  'value adopted from an older ballot',
  'two values with votes in one instance',
  'second quorum for what was decided',
  'duelling proposers',
  'refusal after votes were asked for',
  'leader that a quorum follows',
  'leader that takes over from another',
  'leader outbid',
  'leader that asked another to succeed it',
  'news that rode on a request',
  'connection seen to end',
  'vote asked for without a first phase',
  'catch-up by learn',
  'question about a forgotten instance',
  'batch proposed in a second instance',
  'duplicate request answered from the session table',
  'write torn by a power loss',
  'write lost in a crash',
  'write kept that nobody heard of',
  'server stopped by itself',
  'server ended while it was starting',
  'server ended while it stood still',
  'server of a new group admitted',
  'server without memory admitted again',
  'state taken from another server',
  'majority down at once',
  'all servers down at once',
  'call that went to several servers',
  'call with an unknown outcome',
  'call that was surely not done',
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
