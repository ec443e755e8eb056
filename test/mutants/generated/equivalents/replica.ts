/** Mutants of `packages/kvserver/src/replica` that behave as the original does. */
import { type Equivalent, ofFile } from './equivalent.ts';

const setFirst = 'it is set when the source is asked, before anything reads it';
const onlyDifferences = 'nothing but the difference of two such sums is used';

export const replicaEquivalents: readonly Equivalent[] = [
  ...ofFile('kvserver/src/replica/apply/applier.ts', [
    {
      within: '#applyAll',
      original: 'applied instanceof Promise',
      mutated: 'true',
      because: 'what is there already may be awaited too',
    },
  ]),
  ...ofFile('kvserver/src/replica/apply/gap-filler.ts', [
    {
      within: '#checkBy',
      original: 'this.#timer.atMs <= atMs',
      mutated: 'this.#timer.atMs < atMs',
      because: 'the timer is set anew for the same time',
    },
  ]),
  ...ofFile('kvserver/src/replica/apply/log-volume.ts', [
    {
      within: 'constructor',
      original: 'bytes: 0',
      mutated: 'bytes: 1',
      because: onlyDifferences,
    },
    {
      within: 'add',
      original: 'kept !== undefined && !this.#isFarFrom(kept)',
      mutated: '!this.#isFarFrom(kept)',
      because: 'one position at least is kept',
    },
    {
      within: 'above',
      original: 'position.seq <= seq',
      mutated: 'position.seq < seq',
      because: 'the bytes above a position are the same from both sides of it',
    },
  ]),
  ...ofFile('kvserver/src/replica/apply/write-behind.ts', [
    {
      within: '#writingLogBytes',
      original: '#writingLogBytes = 0;',
      mutated: '#writingLogBytes = 1;',
      because: 'the first write sets it, and there is always room before that',
    },
  ]),
  ...ofFile('kvserver/src/replica/catch-up/log-fetch.ts', [
    ...['received', 'processed', 'credit', 'transfer'].map((field) => ({
      within: 'run',
      original: `${field}: 0`,
      mutated: `${field}: 1`,
      because: setFirst,
    })),
  ]),
  ...ofFile('kvserver/src/replica/catch-up/log-source.ts', [
    {
      within: 'onFind',
      original: 'this.#fromMemory(seq, 1)',
      mutated: 'this.#fromMemory(seq, 2)',
      because: 'only whether there is a first value counts',
    },
  ]),
  ...ofFile('kvserver/src/replica/catch-up/state-pages.ts', [
    {
      within: '#limit',
      original: '#limit = 0;',
      mutated: '#limit = 1;',
      because: setFirst,
    },
    {
      within: 'next',
      original: 'creditPages / 4',
      mutated: 'creditPages / 5',
      because: 'pages are whole, so that the grant comes after the second one in both cases',
    },
    {
      within: 'onPage',
      original: 'page.page > this.#missing',
      mutated: 'page.page >= this.#missing',
      because: 'the page that was missing has moved that place behind itself',
    },
  ]),
];
