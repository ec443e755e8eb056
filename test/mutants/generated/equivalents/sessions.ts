/** Mutants of `packages/kvserver/src/state-machine/sessions` that behave as the original does. */
import { type Equivalent, ofFile } from './equivalent.ts';

const whenRemoved =
  'it decides when empty cells are removed, and these hold no reply in either case';
const nothingBelow = 'the cells below the first reply are empty, which ends the search as well';
const aboveNone = 'undefined is not above any number either';

export const sessionsEquivalents: readonly Equivalent[] = [
  ...ofFile('kvserver/src/state-machine/sessions/command-digest.ts', [
    {
      within: 'firstFormTagMax',
      original: 'firstFormTagMax = 3',
      mutated: 'firstFormTagMax = 4',
      because: 'the command with tag 4 opens a session, and has no digest',
    },
    {
      within: 'firstForm',
      original: 'valueBytes?.length ?? 0',
      mutated: 'valueBytes?.length',
      because: 'undefined has no bits set',
    },
  ]),
  ...ofFile('kvserver/src/state-machine/sessions/reply-cache.ts', [
    ...[65, 63].map((cells) => ({
      within: 'gapMax',
      original: 'gapMax = 64',
      mutated: `gapMax = ${cells}`,
      because: whenRemoved,
    })),
    {
      within: 'add',
      original: 'index === this.#cells.length',
      mutated: 'false',
      because: 'what is put before the end of the list is added to it',
    },
    ...[
      'true',
      'false',
      'this.#first < gapMax',
      'this.#first < this.size',
      '(this.#first < gapMax) && (this.#first < this.size)',
    ].map((mutated) => ({
      within: 'deleteBelow',
      original: 'this.#first < gapMax || this.#first < this.size',
      mutated,
      because: whenRemoved,
    })),
    ...['<=', '>='].flatMap((sign) => [
      {
        within: 'deleteBelow',
        original: 'this.#first < gapMax',
        mutated: `this.#first ${sign} gapMax`,
        because: whenRemoved,
      },
      {
        within: 'deleteBelow',
        original: 'this.#first < this.size',
        mutated: `this.#first ${sign} this.size`,
        because: whenRemoved,
      },
    ]),
    {
      within: '#find',
      original: 'index > this.#first && (this.#cells[index - 1]?.number ?? -1) >= number',
      mutated: '(this.#cells[index - 1]?.number ?? -1) >= number',
      because: nothingBelow,
    },
    {
      within: '#find',
      original: 'index > this.#first',
      mutated: 'index >= this.#first',
      because: nothingBelow,
    },
    {
      within: '#find',
      original: 'this.#cells[index - 1]?.number ?? -1',
      mutated: 'this.#cells[index - 1]?.number',
      because: aboveNone,
    },
    {
      within: '#find',
      original: '-1',
      mutated: '1',
      because: 'from the first reply on there is no empty cell',
    },
    {
      within: '#find',
      original: 'this.#cells[index - 1]?.number ?? -1',
      mutated: 'this.#cells[index - 1]?.number ?? -0',
      because: 'from the first reply on there is no empty cell',
    },
  ]),
  ...ofFile('kvserver/src/state-machine/sessions/session-table.ts', [
    {
      within: 'delete',
      original: 'others?.size === 0',
      mutated: 'false',
      because: 'an owner whose list is empty has as many sessions as one without a list',
    },
    {
      within: 'moveToEnd',
      original: 'session === this.#latest',
      mutated: 'false',
      because: 'the last session is put at the end again',
    },
    {
      within: 'moveToEnd',
      original: 'this.#latest = session;',
      mutated: 'left out',
      because: 'the last session is put at the end again',
    },
  ]),
  ...ofFile('kvserver/src/state-machine/sessions/session.ts', [
    {
      within: 'raise',
      original: 'number <= this.#firstOutstanding',
      mutated: 'number < this.#firstOutstanding',
      because: 'there is no reply below the first outstanding number',
    },
    {
      within: 'limitReplies',
      original: 'this.#replies.lowest ?? this.#firstOutstanding',
      mutated: 'this.#replies.lowest',
      because: 'replies that take bytes have a lowest number',
    },
    {
      within: 'limitReplies',
      original: 'this.#replies.lowest ?? this.#firstOutstanding',
      mutated: 'this.#firstOutstanding',
      because: 'it comes to the lowest reply in more steps',
    },
    {
      within: '#restoreReply',
      original: 'toCount(numberField, 1)',
      mutated: 'toCount(numberField, 0)',
      because: 'no window has the number 0',
    },
  ]),
  ...ofFile('kvserver/src/state-machine/sessions/sessions.ts', [
    {
      within: '#open',
      original: 'this.#table.add(session);',
      mutated: 'left out',
      because: 'its use puts it into the table as well, and it has no replies to count',
    },
    {
      within: '#limit',
      original: 'this.#hasOwners',
      mutated: 'true',
      because: 'all sessions have the same owner before there are owners',
    },
    {
      within: '#evict',
      original: "assert(session !== undefined, 'there is a session to evict');",
      mutated: 'left out',
      because: 'above a bound there is a session',
    },
  ]),
];
