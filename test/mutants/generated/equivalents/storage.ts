/** Mutants of `packages/kvserver/src/storage`, without its journal, that behave as the original does. */
import { type Equivalent, ofFile } from './equivalent.ts';

const moreMarks = 'a place that is remembered besides only saves reading';

export const storageEquivalents: readonly Equivalent[] = [
  ...ofFile('kvserver/src/storage/history/history-log.ts', [
    {
      within: 'append',
      original: 'paused !== undefined',
      mutated: 'true',
      because: 'waiting for nothing takes no time',
    },
    {
      within: '#find',
      original: 'after !== undefined && after < revision',
      mutated: 'after < revision',
      because: 'undefined is not below any revision',
    },
    {
      within: '#removeUntil',
      original: 'this.#segments[1]?.after ?? Number.POSITIVE_INFINITY',
      mutated: 'this.#segments[1]?.after',
      because: 'undefined is not below any revision',
    },
    {
      within: '#removeUntil',
      original: 'first === undefined',
      mutated: 'false',
      because: 'where there is a second segment, there is a first one',
    },
    ...[
      ['position + headerBytes < file.size', 'true'],
      ['position + headerBytes < file.size', 'position + headerBytes <= file.size'],
      ['position + headerBytes', 'position - headerBytes'],
    ].map(([original = '', mutated = '']) => ({
      within: 'placesIn',
      original,
      mutated,
      because: 'a row ends beyond the file where its header does, whatever that says',
    })),
    {
      within: 'afterIn',
      original: 'digits === undefined',
      mutated: 'false',
      because: 'what is not a number is not below any revision either',
    },
  ]),
  ...ofFile('kvserver/src/storage/history/history-reading.ts', [
    {
      within: '#readPresent',
      original: 'key && row',
      mutated: 'row',
      because: 'there are as many keys as rows',
    },
    {
      within: 'readable',
      original: 'error instanceof StateError',
      mutated: 'true',
      because: 'a row that cannot be read throws no other error',
    },
    {
      within: 'readable',
      original: 'throw error;',
      mutated: 'left out',
      because: 'a row that cannot be read throws no other error',
    },
  ]),
  ...ofFile('kvserver/src/storage/history/history-row.ts', [
    {
      within: 'rowsOf',
      original: 'changes[index - 1]?.revision ?? after',
      mutated: 'changes[index - 1]?.revision',
      because: 'no row ends before its first change',
    },
    {
      within: 'toHistoryRow',
      original: 'toStateCount(fromHistoryKey(key), 1)',
      mutated: 'toStateCount(fromHistoryKey(key), 0)',
      because: 'a row up to revision 0 begins at its end or behind it',
    },
  ]),
  ...ofFile('kvserver/src/storage/log-window/recovered-segments.ts', [
    {
      within: 'contiguousFrom',
      original: 'from > 0',
      mutated: 'from >= 0',
      because: 'nothing stands before the first segment',
    },
  ]),
  ...ofFile('kvserver/src/storage/log-window/window-segment.ts', [
    ...['255 * 1024', '256 * 1023'].map((mutated) => ({
      within: 'markDistance',
      original: '256 * 1024',
      mutated,
      because: moreMarks,
    })),
    ...['append', '#mark'].map((within) => ({
      within,
      original: `offset - this.#lastMark(${within === 'append' ? 'marks' : '[]'})`,
      mutated: `offset + this.#lastMark(${within === 'append' ? 'marks' : '[]'})`,
      because: moreMarks,
    })),
    {
      within: '#mark',
      original: 'offset - this.#lastMark([]) >= markDistance',
      mutated: 'true',
      because: moreMarks,
    },
    ...[
      ['(more.at(-1) ?? this.#marks.at(-1))?.offset ?? 0', '0'],
      ['more.at(-1) ?? this.#marks.at(-1)', 'more.at(-1)'],
      ['more.at(-1) ?? this.#marks.at(-1)', 'this.#marks.at(-1)'],
      ['more.at(-1)', 'more.at(-0)'],
      ['this.#marks.at(-1)', 'this.#marks.at(-0)'],
      ['-1', '1'],
    ].map(([original = '', mutated = '']) => ({
      within: '#lastMark',
      original,
      mutated,
      because: moreMarks,
    })),
    {
      within: '#openToRead',
      original: 'this.#name === name',
      mutated: 'false',
      because: 'it fails in the same way under the same name',
    },
    {
      within: '#fragmentAt',
      original: "found.type === 'fragment' && found.kind === windowFormat",
      mutated: 'found.kind === windowFormat',
      because: 'what is no fragment has no kind',
    },
  ]),
  ...ofFile('kvserver/src/storage/state/entry-range.ts', [
    ...['64 / 1024', '65 * 1024', '63 * 1024', '64 * 1025', '64 * 1023'].map((mutated) => ({
      within: 'bytesAtOnce',
      original: '64 * 1024',
      mutated,
      because: 'how much is read ahead changes no row',
    })),
  ]),
  ...ofFile('kvserver/src/storage/state/start-rows.ts', [
    {
      within: 'checksum',
      original: 'sumOfChecksums(this.#sessions.checksum, this.#leases.checksum)',
      mutated: 'sumOfChecksums(this.#leases.checksum, this.#sessions.checksum)',
      because: 'a sum does not depend on the order',
    },
  ]),
];
