/** A patch: one changed place in one source. If a refactoring moves the place, applying the patch fails. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from '../mutant.ts';

/** The repository's folder: this file runs from test/dist/mutants/patched-build. */
export const root = join(import.meta.dirname, '../../../..');

/** @throws Error unless `right` occurs exactly once in the source */
export function patchedSource({ id, file, right, wrong }: Mutant): string {
  const source = readFileSync(join(root, 'packages', file), 'utf8');
  const parts = source.split(right);
  if (parts.length !== 2) {
    throw new Error(
      `mutant ${id} no longer fits: what it replaces stands ${parts.length - 1} times in ` +
        `packages/${file}, and must stand there once`,
    );
  }
  return parts.join(wrong);
}
