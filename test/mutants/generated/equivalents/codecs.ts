/** Mutants of the codecs, in `packages/protocol/src` and `packages/kvserver/src/transport`, that behave as the original does. */
import { type Equivalent, ofFile } from './equivalent.ts';

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
];
