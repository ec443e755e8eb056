/** The starts of lessons, and actions that many lessons share. */
import type { Action } from '../engine/action.ts';
import { type Settings, settingsDefault } from '../engine/settings.ts';

export function alone(peerCount: number, seed = '1'): Settings {
  return { ...settingsDefault, seed, peerCount };
}

export function led(peerCount: number, seed = '1'): Settings {
  return { ...settingsDefault, seed, peerCount, isLed: true };
}

export function propose(peer: number, seq: number, value: string): Action {
  return { type: 'propose', peer, seq, value };
}

/** Every peer proposes a value: each a different one, or all the same. */
export function proposeAll(
  peerCount: number,
  seq: number,
  value: (peer: number) => string,
): Action[] {
  return Array.from({ length: peerCount }, (_, peer) => propose(peer, seq, value(peer)));
}

export function doneAll(peerCount: number, seq: number): Action[] {
  return Array.from({ length: peerCount }, (_, peer) => ({ type: 'done', peer, seq }));
}

export function partition(...groups: number[][]): Action {
  return { type: 'partition', groups };
}
