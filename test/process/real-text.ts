/** A real text of some hundred thousand words, which comes with the compiler. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The words of the browser's interfaces as TypeScript ships them: 2.3 MB of English prose and
 * declarations with 260,000 words, 10,000 of them different.
 */
export async function readWords(): Promise<string[]> {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  // The compiler's own package leaves its files to one for each platform.
  const platform = `@typescript/typescript-${process.platform}-${process.arch}/package.json`;
  const directory = dirname(createRequire(typescript).resolve(platform));
  const text = await readFile(join(directory, 'lib', 'lib.dom.d.ts'), 'utf8');
  return text.match(/[A-Za-z]+/g) ?? [];
}
