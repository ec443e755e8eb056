/**
 * Exports histories for checkers of key-value stores, one file for all keys, an event per line:
 *
 * ```text
 *   {:process 3, :type :invoke, :f :append, :key "log", :value "x"}
 *   {:process 3, :type :ok, :f :append, :key "log", :value "x"}
 * ```
 *
 * The format has get, put and append, and treats an absent key as an empty value. So a delete is a put of
 * an empty value. Quotes, backslashes and control characters are percent-encoded, which is compatible with
 * appends. A key that is incremented, or with a line that is too long for the checker, is left out.
 * Revisions, lengths and the answers of deletes are lost.
 */
import type { Operation } from '../operation.ts';
import { byKey, type LeftOut, type Placed, toText } from './export.ts';

/** Checkers ignore longer lines without an error. */
const lineBytesMax = 4095;

export function toJepsenKv(operations: readonly Operation[]): {
  readonly text: string;
  readonly leftOut: readonly LeftOut[];
} {
  const leftOut: LeftOut[] = [];
  const all: Placed[] = [];
  for (const [key, ofKey] of byKey(operations)) {
    const lines = ofKey.flatMap(toLines);
    if (ofKey.some(({ name }) => name === 'increment')) {
      leftOut.push({ key, reason: 'the format knows no increments' });
    } else if (lines.some(({ line }) => Buffer.byteLength(line) > lineBytesMax)) {
      leftOut.push({ key, reason: `a line would be longer than ${lineBytesMax} bytes` });
    } else {
      all.push(...lines);
    }
  }
  return { text: toText(all), leftOut };
}

/**
 * No line for a failed operation, nor for a get without an end: the checker would complete it with an
 * empty answer.
 */
function toLines(operation: Operation): Placed[] {
  const { name, position, fate } = operation;
  if (fate.name === 'failed') return [];
  if (name === 'get') {
    if (fate.name === 'open') return [];
    const read = `"${encode(fate.answer.value ?? '')}"`;
    return [
      { position, line: toLine(operation, ':invoke, :f :get', 'nil') },
      { position: fate.position, line: toLine(operation, ':ok, :f :get', read) },
    ];
  }
  const written = `"${'value' in operation ? encode(operation.value) : ''}"`;
  const f = `:f ${name === 'append' ? ':append' : ':put'}`;
  const begin = { position, line: toLine(operation, `:invoke, ${f}`, written) };
  if (fate.name === 'open') return [begin];
  return [begin, { position: fate.position, line: toLine(operation, `:ok, ${f}`, written) }];
}

function toLine({ process, key }: Operation, what: string, value: string): string {
  return `{:process ${process}, :type ${what}, :key "${encode(key)}", :value ${value}}`;
}

/**
 * Encodes character by character, so that the encoding of a concatenation is the concatenation of the
 * encodings.
 */
function encode(text: string): string {
  return text.replace(/["\\%\p{Cc}]/gu, (character) => encodeURIComponent(character));
}
