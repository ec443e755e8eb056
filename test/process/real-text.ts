/** A real text of several hundred thousand words, which is part of the compiler. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The words of the DOM declarations of TypeScript: 2.3 MB of English prose and declarations with 260,000
 * words, 10,000 of them different.
 */
export async function readWords(): Promise<string[]> {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  // The files are in a platform-specific package of the compiler.
  const platform = `@typescript/typescript-${process.platform}-${process.arch}/package.json`;
  const directory = dirname(createRequire(typescript).resolve(platform));
  const text = await readFile(join(directory, 'lib', 'lib.dom.d.ts'), 'utf8');
  return text.match(/[A-Za-z]+/g) ?? [];
}
