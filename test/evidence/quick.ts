/** Small runs of every test program: enough to see the page with figures of one's own. */

export interface QuickRun {
  /** The name of the result file. */
  readonly name: string;
  /** Path below `test/dist`. */
  readonly program: string;
  readonly args: readonly string[];
}

export const quickRuns: readonly QuickRun[] = [
  {
    name: 'simulation',
    program: 'simulation/main.js',
    args: ['--seeds', '50', '--first', '50001'],
  },
  { name: 'mutants', program: 'mutants/main.js', args: ['--quick', '--sample', '10'] },
  {
    name: 'generated',
    program: 'mutants/main.js',
    args: ['--generated', '--folder', 'core', '--sample', '100', '--seconds', '60', '--seed', '1'],
  },
  { name: 'faults', program: 'faults/main.js', args: ['--tier', 'test', '--seed', '1'] },
  { name: 'damage', program: 'damage/main.js', args: ['--share', 'quick'] },
  ...['http', 'stream', 'peers', 'proven-peers'].map((target) => ({
    name: `fuzz-${target}`,
    program: 'fuzz/main.js',
    args: ['--target', target, '--inputs', '1000'],
  })),
];
