/** Mutants of `packages/kvserver/src/state-machine` besides `sessions/` that behave as the original does. */
import { type Equivalent, ofFile } from './equivalent.ts';

const aboveNone = 'undefined is above no number, so the comparison alone is false as well';
const isHeld =
  'the run is applied after its keys were put into memory, where they stay until it is';
const noWait = 'both are more reads than may run at once anyway';
const sameOrNot = 'counts are compared for being the same, and never are after a change';

export const stateMachineEquivalents: readonly Equivalent[] = [
  ...ofFile('kvserver/src/state-machine/auth/auth.ts', [
    {
      within: 'storeFor',
      original: "principal === undefined && !this.#table.required && type !== 'setAuth'",
      mutated: 'false',
      because: 'the table refuses nothing then, so it takes longer and does the same',
    },
  ]),
  ...ofFile('kvserver/src/state-machine/batch.ts', [
    {
      within: 'expectEncodable',
      original: 'request.encoded === undefined',
      mutated: 'true',
      because:
        'a request with its encoded form was decoded from it, and passed the same checks then',
    },
  ]),
  ...ofFile('kvserver/src/state-machine/features.ts', [
    {
      within: 'unsupportedLevel',
      original: 'level > highest',
      mutated: 'level >= highest',
      because: 'the highest level is supported',
    },
  ]),
  ...ofFile('kvserver/src/state-machine/run.ts', [
    {
      within: 'readRun',
      original: "'level' in content",
      mutated: 'true',
      because: 'a batch and the noop have neither a level nor an incarnation',
    },
  ]),
  ...ofFile('kvserver/src/state-machine/state-machine.ts', [
    {
      within: 'apply',
      original:
        "assert.equal(seq, this.applied + 1 + index, 'instances are applied in order, each once')",
      mutated:
        "assert.equal(this.applied + 1 + index, seq, 'instances are applied in order, each once')",
      because: 'two numbers are equal in either order',
    },
    {
      within: '#readAndApply',
      original: "assert(resolved !== undefined, 'every key a command names is in memory');",
      mutated: 'left out',
      because: isHeld,
    },
  ]),
  ...ofFile('kvserver/src/state-machine/store/cached-value.ts', [
    {
      within: 'toReplyEntry',
      original: 'value.length > textBytesMax && value.buffer.byteLength > 2 * value.length',
      mutated: 'value.buffer.byteLength > 2 * value.length',
      because: 'a small value was text, and is new bytes already; a copy of them is the same',
    },
    {
      within: 'toReplyEntry',
      original: 'value.length > textBytesMax',
      mutated: 'value.length >= textBytesMax',
      because: 'a value of that length was text, and has a buffer of its own',
    },
  ]),
  ...ofFile('kvserver/src/state-machine/store/commands/increment.ts', [
    {
      within: 'toCounter',
      original: "typeof text !== 'string' || !/^-?[0-9]{1,19}$/.test(text)",
      mutated: '!/^-?[0-9]{1,19}$/.test(text)',
      because: 'bytes are longer than any counter, and have commas as text',
    },
  ]),
  ...ofFile('kvserver/src/state-machine/store/entry-cache.ts', [
    {
      within: '#writeCount',
      original: '#writeCount = 0;',
      mutated: '#writeCount = 1;',
      because: sameOrNot,
    },
    ...['this.#writeCount -= 1', 'this.#writeCount += 2'].map((mutated) => ({
      within: 'takeChanges',
      original: 'this.#writeCount += 1',
      mutated,
      because: sameOrNot,
    })),
  ]),
  ...ofFile('kvserver/src/state-machine/store/entry-reader.ts', [
    {
      within: 'noRoom',
      original: "Symbol('no room')",
      mutated: "Symbol('')",
      because: 'the description is for people',
    },
    {
      within: '#readLater',
      original: 'slot && entryOf(slot)',
      mutated: 'entryOf(slot)',
      because: 'there is a slot for each name that is loaded',
    },
    {
      within: '#readLater',
      original: 'entry?.value.length ?? 0',
      mutated: 'entry?.value.length ?? 1',
      because: noWait,
    },
  ]),
  ...ofFile('kvserver/src/state-machine/store/latin1.ts', [
    {
      within: 'toText',
      original: 'Buffer.isBuffer(bytes)',
      mutated: 'false',
      because: 'a second view of the same bytes has the same text',
    },
  ]),
  ...ofFile('kvserver/src/state-machine/store/read-slots.ts', [
    {
      within: '#expectedBytes',
      original: '#expectedBytes = 0;',
      mutated: '#expectedBytes = 1;',
      because: noWait,
    },
    ...[2, 0].map((least) => ({
      within: '#isFull',
      original: 'Math.max(1, this.#expectedBytes)',
      mutated: `Math.max(${least}, this.#expectedBytes)`,
      because: noWait,
    })),
    { within: 'none', original: 'return 0;', mutated: 'return 1;', because: noWait },
  ]),
  ...ofFile('kvserver/src/state-machine/values.ts', [
    {
      within: 'isAbove',
      original: "'level' in content && content.level > highest",
      mutated: 'content.level > highest',
      because: aboveNone,
    },
    {
      within: 'expectProposable',
      original: "new StateError('STATE_MALFORMED', 'The batch has no requests.')",
      mutated: "new StateError('The batch has no requests.', 'STATE_MALFORMED')",
      because: 'the caller asks whether there is an error, and not which',
    },
  ]),
];
