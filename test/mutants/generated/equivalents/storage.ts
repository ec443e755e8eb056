/** Mutants of `packages/kvserver/src/storage` that behave as the original does. */
import { type Equivalent, ofFile } from './equivalent.ts';

const eitherWay = 'both loops forget the same instances, and only take more or fewer steps';

export const storageEquivalents: readonly Equivalent[] = [
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
];
