/** Mutants of `packages/paxos/src/core` that behave as the original does. */
import { type Equivalent, ofFile } from './equivalent.ts';

const beyondAll = 'undefined is below no number, so the comparison alone is false as well';

export const coreEquivalents: readonly Equivalent[] = [
  ...ofFile('paxos/src/core/commit/notice-retries.ts', [
    {
      within: 'takeDue',
      original: 'wakeAt !== undefined && wakeAt <= now',
      mutated: 'wakeAt <= now',
      because: beyondAll,
    },
  ]),
  ...ofFile('paxos/src/core/instance/acceptor.ts', [
    {
      within: 'restore',
      original: 'return;',
      mutated: 'left out',
      because: 'it makes a record of no instance, which nothing asks for and no list holds',
    },
  ]),
  ...ofFile('paxos/src/core/commit/quorum-read.ts', [
    ...['0', '2'].map((count) => ({
      within: '#chooseQuorum',
      original: 'Math.max(1, others.length)',
      mutated: `Math.max(${count}, others.length)`,
      because: 'fewer than two others are in the same order wherever the turn begins',
    })),
  ]),
];
