/** The sizes of messages between servers, as far as their values and rows go. */
import type { Envelope } from '@paxkv/paxos';
import type { PeerMessage } from './codec.ts';

/**
 * An answer to a server that catches up has at most this many bytes, or one value. It then asks for the next ones.
 * Both ends hold an answer several times over while it is packed, sent and unpacked.
 */
const learnedBytesMax = 2 * 1024 * 1024;

/** The bytes of all values and rows in a message. */
export function payloadBytesOf(message: PeerMessage): number {
  if (!('message' in message)) return sideBytesOf(message);
  const { message: content } = message;
  if (content.type === 'learned') return sum(content.values, ({ length }) => length);
  if (content.type === 'logPromised') return sum(content.votes, ({ vote }) => vote.value.length);
  if (content.type === 'promised') return content.vote?.value.length ?? 0;
  return 'value' in content ? (content.value?.length ?? 0) : 0;
}

/** The envelope itself, or one with fewer of the values that were asked for. */
export function withinLearnedBytes(envelope: Envelope<Uint8Array>): Envelope<Uint8Array> {
  const { message } = envelope;
  if (message.type !== 'learned') return envelope;
  const { values } = message;
  let bytes = 0;
  const count = values.findIndex((value, index) => {
    bytes += value.length;
    return index > 0 && bytes > learnedBytesMax;
  });
  if (count === -1) return envelope;
  return { ...envelope, message: { ...message, values: values.slice(0, count) } };
}

function sideBytesOf(message: Exclude<PeerMessage, Envelope<Uint8Array>>): number {
  if (message.type === 'forward') return message.value.length;
  if (message.type === 'logPage') return sum(message.values, ({ length }) => length);
  if (message.type !== 'page') return 0;
  return sum(message.rows, ([key, row]) => key.length + row.length);
}

function sum<T>(items: readonly T[], bytesOf: (item: T) => number): number {
  return items.reduce((bytes, item) => bytes + bytesOf(item), 0);
}
