/** Cuts a stream of UTF-8 into lines. */
import { valueBytesMax } from '@paxkv/protocol';

/** JSON may write a byte of a value by six characters. */
const lineLengthMax = 8 * valueBytesMax;

/** @throws TypeError for what is not UTF-8, RangeError for a line that no entry has; what `input` throws. */
export async function* textLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineLengthMax) throw new RangeError('a line is longer than any entry');
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
