/** The options of a model: the page around it, and the cores that it may run. */
import { type CoreOf, shippedCore } from '../engine/world/core.ts';
import type { MutantCore } from '../mutants/cores.ts';
import type { Language } from '../text/words.ts';

/** What the page provides to the model. */
export interface Surroundings {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Calls back before the page is drawn next. */
  nextFrame(callback: (nowMs: number) => void): void;
  /** Whether the visitor prefers no motion. */
  isStill(): boolean;
  /** Whether the screen is as narrow as that of a phone. */
  isNarrow(): boolean;
  /** Sets the address of the page. */
  setAddress(address: string): void;
}

export interface ModelOptions {
  readonly mutants: readonly MutantCore[];
  readonly language: Language;
  readonly surroundings: Surroundings;
}

/** The cores that the page has, the shipped one included. */
export function coresOf(mutants: readonly MutantCore[]): CoreOf {
  return (mutant) => mutants.find(({ id }) => id === mutant)?.core ?? shippedCore;
}
