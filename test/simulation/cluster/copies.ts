/** Copies of messages and writes, so that no two servers ever share an object. */
import type { Envelope, Message, Write } from '@paxkv/paxos';

type Bytes = Uint8Array;

export function copyEnvelope(envelope: Envelope<Bytes>): Envelope<Bytes> {
  return { ...envelope, message: copyMessage(envelope.message) };
}

export function copyWrite(write: Write<Bytes>): Write<Bytes> {
  switch (write.type) {
    case 'accepted':
      return { ...write, ballot: { ...write.ballot }, value: write.value.slice() };
    case 'promised':
      return { ...write, ballot: { ...write.ballot } };
    case 'decided':
      return write.value === undefined ? { ...write } : { ...write, value: write.value.slice() };
    default:
      return { ...write };
  }
}

function copyMessage(message: Message<Bytes>): Message<Bytes> {
  switch (message.type) {
    case 'promised': {
      const { vote, ...rest } = message;
      const ballot = { ...message.ballot };
      if (vote === undefined) return { ...rest, ballot };
      return { ...rest, ballot, vote: { ballot: { ...vote.ballot }, value: vote.value.slice() } };
    }
    case 'accept':
      return { ...message, ballot: { ...message.ballot }, value: message.value.slice() };
    case 'decided': {
      const { value, ...rest } = message;
      const ballot = { ...message.ballot };
      return value === undefined ? { ...rest, ballot } : { ...rest, ballot, value: value.slice() };
    }
    case 'learned':
      return { ...message, values: message.values.map((value) => value.slice()) };
    default:
      return { ...message };
  }
}
