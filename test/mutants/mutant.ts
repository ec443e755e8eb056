/** A mutant: our own code with one mistake in it, and the tests that must catch it. */

import type { Patch } from './patched-build/patch.ts';

/** A catcher of a mutant: a test by its name, or the swarm simulation with any seed. */
export type Catcher = NamedTest | typeof bySimulation;

export interface NamedTest {
  readonly by: 'test';
  /** Path of the test's source below `test`, without the extension: `unit/paxos/paxos`. */
  readonly file: string;
  /** Title of the test, without the names of its groups. */
  readonly title: string;
}

export interface Mutant extends Patch {
  /** Unique, in kebab-case; the argument of `--only`. */
  readonly id: string;
  /** Number of the mistake in the catalogue. */
  readonly mistake: number;
  /** Further places that must be wrong for the mistake to have any effect: what else guards against it. */
  readonly also?: readonly Patch[];
  /** The wrong behaviour of the mutant, as a sentence. */
  readonly does: string;
  /** The damage it causes. */
  readonly loses: string;
  /** At least one; each of them must catch it. */
  readonly caughtBy: readonly Catcher[];
}

export const bySimulation = { by: 'simulation' } as const;

export function byTest(file: string, title: string): NamedTest {
  return { by: 'test', file, title };
}

export function isTest(catcher: Catcher): catcher is NamedTest {
  return catcher.by === 'test';
}

/** File and title of a test as one unique string. */
export function nameOf({ file, title }: Omit<NamedTest, 'by'>): string {
  return `${file}: ${title}`;
}
