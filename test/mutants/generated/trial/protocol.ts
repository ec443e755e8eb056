/** What the coordinator asks of its workers, and what they answer. */

/** A test, as the unmutated code passes it. */
export interface TestFacts {
  /** Unique: the file and the title. */
  readonly key: string;
  /** Path of the compiled file, from the repository's folder. */
  readonly file: string;
  readonly tookMs: number;
  /** How many places ran, counted as often as they ran. */
  readonly stepCount: number;
  /** The places that ran. */
  readonly sites: readonly number[];
}

export interface Baseline {
  readonly tests: readonly TestFacts[];
  /** The places that ran while the sources were loaded. */
  readonly sourceSites: readonly number[];
  /** The places that ran while test files were loaded, before any test. */
  readonly fileSites: readonly number[];
  /** Tests that fail without a mutant, or the second time that they run; they judge no mutant. */
  readonly unsound: readonly string[];
}

/** Tests to run one after the other until one fails. */
export interface Round {
  readonly keys: readonly string[];
  readonly tookMs: number;
}

/** One mutant, and the tests that may notice it: the likely and the fast ones first. */
export interface Job {
  readonly mutant: number;
  readonly rounds: readonly Round[];
}

export type Request =
  | { readonly type: 'load'; readonly files: readonly string[] }
  | { readonly type: 'measure' }
  | { readonly type: 'limit'; readonly tests: readonly TestFacts[] }
  | { readonly type: 'try'; readonly jobs: readonly Job[] };

export interface Verdict {
  readonly mutant: number;
  readonly isKilled: boolean;
  /** The test that failed, or why there was none. */
  readonly by: string;
  readonly reason: string;
}

export type Answer =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'measured'; readonly baseline: Baseline }
  /** A round begins. It ends within a few times what its tests took before, or never. */
  | { readonly type: 'round'; readonly mutant: number; readonly tookMs: number }
  | { readonly type: 'verdict'; readonly verdict: Verdict }
  /** All mutants were tried. Sound: the tests that failed pass again without a mutant, in the same process. */
  | { readonly type: 'tried'; readonly isSound: boolean };
