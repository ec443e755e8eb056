/** Patches: changed places in sources. If a refactoring moves a place, applying its patch fails. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The repository's folder: this file runs from test/dist/mutants/patched-build. */
export const root = join(import.meta.dirname, '../../../..');

export interface Patch {
  /** Path of the source, from `packages/`. */
  readonly file: string;
  /** Must occur exactly once in the source. */
  readonly right: string;
  /** Replaces `right`. */
  readonly wrong: string;
}

/** Patches that make up one build. */
export interface PatchSet {
  readonly id: string;
  readonly patches: readonly Patch[];
}

/** A patch that may need others to have an effect. */
export interface MainPatch extends Patch, Pick<PatchSet, 'id'> {
  readonly also?: readonly Patch[];
}

/** Each patched source, by its path from `packages/`. @throws Error unless each place occurs exactly once */
export function patchedSources({ id, patches }: PatchSet): Map<string, string> {
  const sources = new Map<string, string>();
  for (const { file, right, wrong } of patches) {
    const source = sources.get(file) ?? readFileSync(join(root, 'packages', file), 'utf8');
    const parts = source.split(right);
    if (parts.length !== 2) {
      throw new Error(
        `patch ${id} no longer fits: what it replaces stands ${parts.length - 1} times in ` +
          `packages/${file}, and must stand there once`,
      );
    }
    sources.set(file, parts.join(wrong));
  }
  return sources;
}
