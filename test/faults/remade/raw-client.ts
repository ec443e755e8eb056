/** Single appends with whatever stamp the caller likes, as JSON over HTTP or as a row over a stream. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { incarnationHeader, packFrame, paths } from '@paxkv/protocol';
import { Unpackr } from 'msgpackr';
import { WebSocket } from 'ws';

const answerMsMax = 2000;
const unpackr = new Unpackr({ useRecords: false, moreTypes: false });

export interface RawStamp {
  /** A number names a session as feature level 1 did. */
  readonly session: string | number;
  readonly number: number;
  readonly firstOutstanding: number;
}

export interface RawAppend {
  readonly key: string;
  readonly value: string;
  readonly stamp?: RawStamp;
  /** The only incarnation that may take it. Default: any. */
  readonly incarnation?: string;
}

export type RawAnswer =
  | { readonly type: 'done'; readonly revision: number; readonly length: number }
  /** The code is `lost` if no answer came. */
  | { readonly type: 'failed'; readonly code: string; readonly outcome: string };

export type Send = (address: string, append: RawAppend) => Promise<RawAnswer>;

/** As a server of another incarnation answers over HTTP. Over a stream the client sees it before it sends. */
const refused: RawAnswer = { type: 'failed', code: 'KV_WRONG_CLUSTER', outcome: 'not done' };
const lost: RawAnswer = { type: 'failed', code: 'lost', outcome: 'unknown' };

export const appendOverHttp: Send = async (address, append) => {
  const { key, value, stamp, incarnation } = append;
  const session = stamp && {
    ...{ id: stamp.session, number: stamp.number, firstOutstanding: stamp.firstOutstanding },
  };
  const body = { key: base64Of(key), value: base64Of(value), ...(session && { session }) };
  const answer = await post(address, paths.append, body, incarnation).catch(() => undefined);
  if (answer === undefined) return lost;
  const { revision, length, error } = answer;
  return error === undefined ? { type: 'done', revision, length } : { type: 'failed', ...error };
};

export const appendOverStream: Send = async (address, append) => {
  const { key, value, stamp, incarnation } = append;
  const socket = new WebSocket(`ws://${address}${paths.stream}`);
  socket.on('error', () => {});
  try {
    const signal = AbortSignal.timeout(answerMsMax);
    const [hello] = await once(socket, 'message', { signal });
    const [, about] = unpackr.unpack(hello) as [string, { readonly incarnation?: string }];
    if (incarnation !== undefined && about.incarnation !== incarnation) return refused;
    const row: unknown[] = [[2, Buffer.from(key), Buffer.from(value)]];
    if (stamp !== undefined) row.push(stamp.session, stamp.number, stamp.firstOutstanding);
    socket.send(packFrame([1, row as never]));
    for (;;) {
      const [bytes] = await once(socket, 'message', { signal });
      const [id, reply] = unpackr.unpackMultiple(bytes) as [unknown, unknown[]];
      if (id === 1) return toAnswer(reply);
    }
  } catch {
    return lost;
  } finally {
    socket.terminate();
  }
};

/** A new session; `undefined` if none could be opened now. */
export async function openSession(
  address: string,
  incarnation: string,
): Promise<string | number | undefined> {
  const body = { client: `raw ${randomUUID()}` };
  const answer = await post(address, paths.openSession, body, incarnation).catch(() => undefined);
  return answer?.session;
}

interface Body {
  readonly revision: number;
  readonly length: number;
  readonly session?: string | number;
  readonly error?: { readonly code: string; readonly outcome: string };
}

async function post(
  address: string,
  path: string,
  body: unknown,
  incarnation?: string,
): Promise<Body> {
  const response = await fetch(`http://${address}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(incarnation !== undefined && { [incarnationHeader]: incarnation }),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(answerMsMax),
  });
  return JSON.parse(await response.text());
}

function toAnswer([tag, second, third]: readonly unknown[]): RawAnswer {
  return tag === -1
    ? { type: 'failed', code: String(second), outcome: String(third) }
    : { type: 'done', revision: Number(second), length: Number(third) };
}

function base64Of(text: string): string {
  return Buffer.from(text).toString('base64');
}
