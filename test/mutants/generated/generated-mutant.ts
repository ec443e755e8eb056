/** A mutant made by a rule: one place of one source, and what stands there instead. */

export interface GeneratedMutant {
  /** From 1, in the order of the sources and of the places in them. */
  readonly id: number;
  /** The place that is replaced. Mutants of one place have the same. */
  readonly site: number;
  /** Path of the source, from `packages/`. */
  readonly file: string;
  readonly line: number;
  /** The method, function or constant that the place is in; empty at the top of a file. */
  readonly within: string;
  /** The text of the place, on one line. */
  readonly original: string;
  /** What stands there instead, on one line. */
  readonly mutated: string;
}

/** How a place is replaced, so that a variable switches between its texts at run time. */
export type SiteKind =
  /** An expression. */
  | 'expression'
  /** A statement that is left out. */
  | 'statement'
  /** The label of a case that never matches. */
  | 'case';

/** A place of a source that has mutants. */
export interface Site {
  readonly kind: SiteKind;
  readonly site: number;
  /** Offsets in the source. */
  readonly start: number;
  readonly end: number;
  readonly variants: readonly Variant[];
}

/** One mutant of a place. */
export interface Variant {
  readonly id: number;
  /** The text that replaces the place. */
  readonly text: string;
}

/** What mutants and lists of them are recognized by when the lines around them move. */
export type MutantKey = Pick<GeneratedMutant, 'file' | 'within' | 'original' | 'mutated'>;

export function keyOf({ file, within, original, mutated }: MutantKey): string {
  return [file, within, original, mutated].join('\n');
}
