/**
 * Histories as drawings: a line for each client, time from left to right, each operation from the column
 * of its `[` to that of its `]`. Operations that share a column are concurrent.
 *
 * ```text
 *   [put a]   [append b !]          !  it failed
 *       [get a]     [y:put c >      >  unknown outcome; y: is another key than x
 *   [get -]  [delete yes @2]        -  absent; @2 is the revision of the answer, #3 the length
 *   [increment -2 =5]               =5 is the counter of the answer
 * ```
 */
import type { HistoryEvent } from '../history/event.ts';
import { type Pending, Recorder, type RecorderClient } from '../history/recorder.ts';

/** @throws TypeError if the drawing has a syntax error */
export function fromDrawing(drawing: string): readonly HistoryEvent[] {
  let time = 0;
  const recorder = new Recorder({ now: () => time++ });
  const moments = drawing
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => toMoments(line, recorder.client()));
  for (const { run } of moments.sort((a, b) => a.order - b.order)) run();
  return recorder.events;
}

/** In the same column, calls come before ends. */
interface Moment {
  readonly order: number;
  run(): void;
}

function toMoments(line: string, client: RecorderClient): Moment[] {
  const drawn = /\[([^\]>]*)[\]>]/g;
  if (line.replaceAll(drawn, '').trim() !== '') throw new TypeError(`not understood: ${line}`);
  return [...line.matchAll(drawn)].flatMap(({ index, 0: text, 1: content = '' }) => {
    const isOpen = text.endsWith('>');
    let end = () => {};
    const begin = () => {
      end = call(client, { content: content.trim(), isOpen });
    };
    return [
      { order: 2 * index, run: begin },
      { order: 2 * (index + text.length - 1) + 1, run: () => end() },
    ];
  });
}

/** Makes the call, and returns a function that ends it. */
function call(
  client: RecorderClient,
  { content, isOpen }: { content: string; isOpen: boolean },
): () => void {
  const [, key = 'x', name, rest = ''] =
    /^(?:(\w+):)?(get|put|append|delete|increment)\b(.*)$/.exec(content) ?? [];
  const words = rest.split(' ').filter((word) => word !== '');
  const numberAfter = (sign: string) => {
    const word = words.find((one) => one.startsWith(sign));
    return word === undefined ? undefined : Number(word.slice(1));
  };
  const [text = ''] = words.filter((word) => !/^[@#!=]/.test(word));
  const revision = numberAfter('@');
  const details = revision === undefined ? {} : { revision };
  const length = numberAfter('#');
  function ending<A>(pending: Pending<A>, answer: A): () => void {
    if (isOpen) return () => pending.info('drawn');
    return words.includes('!') ? () => pending.fail('drawn') : () => pending.ok(answer);
  }
  switch (name) {
    case 'get':
      return ending(client.get(key), { value: text === '-' ? undefined : text, ...details });
    case 'put':
      return ending(client.put(key, text), details);
    case 'append':
      return ending(client.append(key, text), {
        ...details,
        ...(length === undefined ? {} : { length }),
      });
    case 'delete':
      return ending(client.delete(key), {
        ...details,
        ...(text === '' ? {} : { deleted: text === 'yes' }),
      });
    case 'increment': {
      const counter = numberAfter('=');
      return ending(client.increment(key, Number(text)), {
        ...details,
        ...(counter === undefined ? {} : { value: String(counter) }),
      });
    }
    default:
      throw new TypeError(`not understood: ${content}`);
  }
}
