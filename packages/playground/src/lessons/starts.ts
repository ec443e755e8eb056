/** How lessons begin, and the actions that many of them share. */
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

/** Every peer proposes a value of its own, or the same one. */
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
