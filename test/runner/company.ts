/** Which test files run beside others in `npm test`. */
import type { Company } from './turns.ts';

/**
 * Paths below the compiled tests, without their ending. These measure time, or start servers that need both
 * processors to be ready in time.
 */
const alone: readonly RegExp[] = [
  /^(?:browser|examples|fuzz|level|packages|process|upgrade)\//,
  /^deploy\/rolling/,
  /^faults\/(?:faults$|disk\/|network\/)/,
  // Its seeds run on all processors as it is.
  /^simulation\/simulation$/,
];

/** @param path below the compiled tests: `unit/paxos/core/quorum.test.js` */
export function companyOf(path: string): Company {
  const name = path.replaceAll('\\', '/').replace(/\.test\.js$/, '');
  return alone.some((pattern) => pattern.test(name)) ? 'alone' : 'together';
}

/**
 * The order of a whole run: files that run beside others first, and of these first the folders with the longest, so
 * that no process is left with a long one at the end.
 */
export function inOrder(paths: readonly string[]): readonly string[] {
  const rank = (path: string) => {
    if (companyOf(path) === 'alone') return 2;
    return path.startsWith('unit') ? 1 : 0;
  };
  return [...paths].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
