/** Mutants of the codecs, in `packages/protocol/src` and `packages/kvserver/src/transport`, that behave as the original does. */
import { type Equivalent, ofFile } from './equivalent.ts';

const areEven = 'ids and rows alternate in a frame, so that their number is even';
const sameAgain = 'what was decoded last is decoded again';
const sameText = 'a text is the same whether it was read before or not';
const countedNext = 'the next line counts characters, which takes longer for the same answer';

export const codecsEquivalents: readonly Equivalent[] = [
  ...ofFile('kvserver/src/transport/checks/check.ts', [
    {
      within: 'whole',
      original: "typeof content === 'number' && Number.isInteger(content)",
      mutated: 'Number.isInteger(content)',
      because: 'nothing but a number is an integer',
    },
    {
      within: 'hasAtMost',
      original: 'content.length <= characterCount',
      mutated: 'false',
      because: countedNext,
    },
    {
      within: 'hasAtMost',
      original: 'content.length <= characterCount',
      mutated: 'content.length < characterCount',
      because: countedNext,
    },
    {
      within: 'hasAtMost',
      original: 'content.length <= 2 * characterCount && [...content].length <= characterCount',
      mutated: '[...content].length <= characterCount',
      because: 'a text of more code units has more characters, which takes longer to count',
    },
    {
      within: 'hasAtMost',
      original: '2 * characterCount',
      mutated: '3 * characterCount',
      because: 'a text of more code units has more characters, which takes longer to count',
    },
    {
      within: 'checkFields',
      original: 'before === undefined && isOptional',
      mutated: 'isOptional',
      because: 'a field that is not in the map is undefined',
    },
    {
      within: 'checkFields',
      original: 'checked !== before',
      mutated: 'true',
      because: 'the field gets the content that it has',
    },
  ]),
  ...ofFile('kvserver/src/transport/message-size.ts', [
    {
      within: 'payloadBytesOf',
      original: 'content.value?.length ?? 0',
      mutated: 'content.value?.length ?? 1',
      because: 'a message that has the field has a value in it',
    },
  ]),
  ...ofFile('protocol/src/base64.ts', [
    {
      within: 'toBase64',
      original: "typeof Buffer !== 'undefined'",
      mutated: 'false',
      because: 'both ways have the same result',
    },
    {
      within: 'toBase64',
      original: 'start < bytes.length',
      mutated: 'start <= bytes.length',
      because: 'an empty chunk adds nothing',
    },
    {
      within: 'decode',
      original: 'return undefined;',
      mutated: 'left out',
      because: 'a function that returns nothing returns undefined',
    },
  ]),
  ...ofFile('protocol/src/frames.ts', [
    {
      within: 'packFrame',
      original: 'bytes = 0',
      mutated: 'bytes = 1',
      because: 'neither size needs a buffer of its own',
    },
    {
      within: 'unpackFrame',
      original: 'packr.unpackMultiple(frame) ?? []',
      mutated: 'packr.unpackMultiple(frame)',
      because: 'without a callback it returns a list',
    },
    {
      within: 'arrayHeaderBytes',
      original: 'length < 16',
      mutated: 'length < 15',
      because: areEven,
    },
    {
      within: 'arrayHeaderBytes',
      original: 'length < 0x10000',
      mutated: 'length < 65535',
      because: areEven,
    },
  ]),
  ...ofFile('protocol/src/id128.ts', [
    ...['false', 'field === latest'].map((mutated) => ({
      within: 'toId128',
      original: "typeof field === 'string' && field === latest",
      mutated,
      because: sameAgain,
    })),
    {
      within: 'toId128',
      original: "typeof field === 'string'",
      mutated: "typeof field !== 'string'",
      because: sameAgain,
    },
  ]),
  ...ofFile('protocol/src/page-bytes.ts', [
    {
      within: 'pageBytes',
      original: "typeof Buffer === 'undefined'",
      mutated: 'true',
      because: 'the caller writes all bytes, whatever their content was',
    },
  ]),
  ...ofFile('protocol/src/row-reader.ts', [
    ...[
      ['count > this.#bytes.length - this.#position', 'false'],
      ['this.#bytes.length - this.#position', 'this.#bytes.length + this.#position'],
    ].map(([original = '', mutated = '']) => ({
      within: '#row',
      original,
      mutated,
      because: 'the row is cut off in either case, which shows when its last field is read',
    })),
    ...['true', 'false', 'count <= 16', 'count < 17', 'count < 15'].map((mutated) => ({
      within: '#row',
      original: 'count < 16',
      mutated,
      because: 'it takes other room for the same fields',
    })),
    ...['true', 'false', 'length < shortTextBytesMax'].map((mutated) => ({
      within: '#text',
      original: 'length <= shortTextBytesMax',
      mutated,
      because: sameText,
    })),
    {
      within: '#text',
      original: 'text ?? decoder.decode(this.#bytes.subarray(start, this.#position))',
      mutated: 'decoder.decode(this.#bytes.subarray(start, this.#position))',
      because: sameText,
    },
    ...['<= 0xa0', '< 161'].map((end) => ({
      within: 'read',
      original: 'token < 0xa0',
      mutated: `token ${end}`,
      because: 'the line before takes the tokens from there on',
    })),
  ]),
  ...ofFile('protocol/src/rows.ts', [
    {
      within: 'pack',
      original: 'row.reduce<number>(addBytes, 0)',
      mutated: 'row.reduce<number>(addBytes, 1)',
      because: 'the size is about that of the row',
    },
    {
      within: 'toCount',
      original: "typeof field === 'number' && Number.isSafeInteger(field)",
      mutated: 'Number.isSafeInteger(field)',
      because: 'nothing but a number is an integer',
    },
  ]),
  ...ofFile('protocol/src/stamp.ts', [
    {
      within: 'stampFromRow',
      original: 'toCount(row[2], 1)',
      mutated: 'toCount(row[2], 0)',
      because: 'a number of 0 is below the first outstanding one, which is refused as well',
    },
  ]),
];
