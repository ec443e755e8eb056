/** Mutants of `packages/kvserver/src/storage/journal` that behave as the original does. */
import { type Equivalent, ofFile } from './equivalent.ts';

const emptyBuffer = 'whatever is asked for is longer than what it then seems to hold';
const codedCause = 'what Level throws has a cause, an error with a code';
const neverEmpty = 'a log has a segment at any time';
const eitherWay = 'both loops forget the same instances, and only take more or fewer steps';

export const journalEquivalents: readonly Equivalent[] = [
  ...ofFile('kvserver/src/storage/journal/checkpointer.ts', [
    { within: 'run', original: 'end = 0', mutated: 'end = 1', because: neverEmpty },
    {
      within: 'run',
      original: 'this.#log.sequences[0] ?? end',
      mutated: 'this.#log.sequences[0]',
      because: neverEmpty,
    },
    ...[
      ['this.#log.sequences.length + 1', 'this.#log.sequences.length + 2'],
      ['count > 0 && this.isScattered', 'this.isScattered'],
      ['count > 0', 'count >= 0'],
      ['count -= 1', 'count += 1'],
      ['count -= 1', 'count -= 0'],
    ].map(([original = '', mutated = '']) => ({
      within: 'gather',
      original,
      mutated,
      because: 'what fills half a segment is in one before the count ends',
    })),
    {
      within: '#deadCount',
      original: 'this.#memory.live.bytesIn(sequence) > 0',
      mutated: 'this.#memory.live.bytesIn(sequence) > 1',
      because: 'a live group has a header of more than one byte',
    },
    {
      within: '#dropFront',
      original: 'this.#memory.live.bytesIn(last) > 0',
      mutated: 'this.#memory.live.bytesIn(last) > 1',
      because: 'a live group has a header of more than one byte',
    },
    ...[
      'false',
      'last === undefined',
      'next === undefined',
      '(last === undefined) && (next === undefined)',
    ].map((mutated) => ({
      within: '#dropFront',
      original: 'last === undefined || next === undefined',
      mutated,
      because: 'there are two segments at least when one is dropped',
    })),
    {
      within: '#liveGroups',
      original: "'seq' in write && write.seq >= live.min",
      mutated: 'write.seq >= live.min',
      because: 'undefined is not above any number',
    },
  ]),
  ...ofFile('kvserver/src/storage/journal/directory-lock.ts', [
    {
      within: 'makeEmpty',
      original: 'force: true',
      mutated: 'force: false',
      because: 'the files were listed just before',
    },
    {
      within: 'isDamaged',
      original: 'errorOf(error) ?? {}',
      mutated: 'errorOf(error)',
      because: codedCause,
    },
    ...[
      'true',
      'error instanceof Error',
      'error.cause instanceof Error',
      '(error instanceof Error) || (error.cause instanceof Error)',
    ].map((mutated) => ({
      within: 'errorOf',
      original: 'error instanceof Error && error.cause instanceof Error',
      mutated,
      because: codedCause,
    })),
    ...[
      'false',
      '!(cause instanceof Error)',
      "!('code' in cause)",
      "!(cause instanceof Error) && !('code' in cause)",
    ].map((mutated) => ({
      within: 'errorOf',
      original: "!(cause instanceof Error) || !('code' in cause)",
      mutated,
      because: codedCause,
    })),
  ]),
  ...ofFile('kvserver/src/storage/journal/live-writes.ts', [
    {
      within: 'forgetBelow',
      original: 'min <= this.#min',
      mutated: 'min < this.#min',
      because: 'nothing is left to forget below the same min',
    },
    ...['true', 'min - this.#min >= this.#bySeq.size'].map((mutated) => ({
      within: 'forgetBelow',
      original: 'min - this.#min > this.#bySeq.size',
      mutated,
      because: eitherWay,
    })),
    {
      within: 'forgetBelow',
      original: 'min - this.#min',
      mutated: 'min + this.#min',
      because: eitherWay,
    },
    {
      within: '#forget',
      original: 'live !== undefined',
      mutated: 'true',
      because: 'a group is in both tables or in none',
    },
    {
      within: '#count',
      original: 'sum === 0',
      mutated: 'false',
      because: 'a segment without live groups has 0 bytes of them, noted or not',
    },
  ]),
  ...ofFile('kvserver/src/storage/journal/log-files.ts', [
    {
      within: 'expectNotBegun',
      original: 'roomBehind(end, last) > 0',
      mutated: 'roomBehind(end, last) > 1',
      because: 'room is a multiple of eight bytes',
    },
    {
      within: 'toSegment',
      original: "!isInUse(found) || parsed.type !== 'valid'",
      mutated: '!isInUse(found)',
      because: 'only what has a valid header is in use',
    },
    ...['firstIndex', 'previous'].map((field) => ({
      within: 'toSpare',
      original: `${field}: 0`,
      mutated: `${field}: 1`,
      because: 'a torn header may have anything there',
    })),
    {
      within: 'toSpare',
      original: "parsed.type === 'valid' || isTornHeader(start, expected)",
      mutated: 'isTornHeader(start, expected)',
      because: 'the intact header of a spare differs in nothing from what is expected there',
    },
  ]),
  ...ofFile('kvserver/src/storage/journal/log-writer.ts', [
    {
      within: 'append',
      original: 'length === total',
      mutated: 'false',
      because: 'a slice of the whole payload has the same bytes',
    },
  ]),
  ...ofFile('kvserver/src/storage/journal/record-codec.ts', [
    {
      within: 'parseInteger',
      original: "typeof value === 'number' && Number.isSafeInteger(value)",
      mutated: 'Number.isSafeInteger(value)',
      because: 'nothing but numbers is a safe integer',
    },
  ]),
  ...ofFile('kvserver/src/storage/journal/record-payload.ts', [
    {
      within: 'encodeGroup',
      original: 'values.length === 0',
      mutated: 'false',
      because: 'writes without large values are not changed by leaving those out',
    },
  ]),
  ...ofFile('kvserver/src/storage/journal/segment-reader.ts', [
    { within: '#from', original: '#from = 0;', mutated: '#from = 1;', because: emptyBuffer },
    { within: '#to', original: '#to = 0;', mutated: '#to = 1;', because: emptyBuffer },
    {
      within: 'intactAt',
      original: 'bytes.length === length',
      mutated: 'true',
      because: 'the checksum of a part of a fragment does not match either',
    },
    ...['false', 'offset <= this.#from'].map((mutated) => ({
      within: '#ahead',
      original: 'offset < this.#from',
      mutated,
      because: 'the length only bounds what is looked at; `bytes` reads what is not in memory',
    })),
    {
      within: 'bytes',
      original: 'length > this.#buffer.length',
      mutated: 'length >= this.#buffer.length',
      because: 'as many bytes as the buffer has can be read into it or elsewhere',
    },
    {
      within: 'candidateIn',
      original: 'found + 1',
      mutated: 'found + 2',
      because: 'a sequence does not overlap itself by one byte, but one whose bytes are all equal',
    },
    {
      within: 'isPlausible',
      original: 'indexMax ?? index',
      mutated: 'indexMax',
      because: 'no index is above undefined',
    },
    {
      within: 'lastCandidateIn',
      original: 'room - (room % alignment)',
      mutated: 'room + (room % alignment)',
      because: 'segments have multiples of eight bytes',
    },
  ]),
  ...ofFile('kvserver/src/storage/journal/tail.ts', [
    {
      within: 'rewrite',
      original: 'Math.max(0, to - from)',
      mutated: 'Math.max(1, to - from)',
      because: 'nothing is read into a buffer of one byte where nothing is to be read',
    },
    {
      within: 'rewrite',
      original: 'to - from',
      mutated: 'to + from',
      because: 'each part ends at `to`, however large the buffer is',
    },
    ...['true', 'offset <= to'].map((mutated) => ({
      within: 'rewrite',
      original: 'offset < to',
      mutated,
      because: 'reading nothing ends the loop as well',
    })),
  ]),
];
