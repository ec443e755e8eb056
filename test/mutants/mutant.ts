/** A mutant: our own code with one mistake in it, and who must notice. */

/** What must catch a mutant: a test by its name, or the swarm simulation by some seed. */
export type Catcher = NamedTest | typeof bySimulation;

export interface NamedTest {
  readonly by: 'test';
  /** Path of the test's source from here up, without its ending: `unit/paxos/paxos`. */
  readonly file: string;
  /** As the test is called, without the names of the groups around it. */
  readonly title: string;
}

export interface Mutant {
  /** Unique, in kebab-case; what `--only` takes. */
  readonly id: string;
  /** Its number in the catalogue. */
  readonly mistake: number;
  /** What the mutant does wrong, as a sentence. */
  readonly does: string;
  /** What would be lost. */
  readonly loses: string;
  /** Path of the source, from `packages/`. */
  readonly file: string;
  /** To be found exactly once in the source. */
  readonly right: string;
  /** What stands there instead. */
  readonly wrong: string;
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

/** A test's file and title in one, unique. */
export function nameOf({ file, title }: Omit<NamedTest, 'by'>): string {
  return `${file}: ${title}`;
}
