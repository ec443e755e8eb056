/** The messages, writes and memories of the core with other values in them. */
import type { Envelope, Memory, Message, Write } from '@paxkv/paxos';

export function mapEnvelope<A, B>(envelope: Envelope<A>, map: (value: A) => B): Envelope<B> {
  return { ...envelope, message: mapMessage(envelope.message, map) };
}

export function mapMemory<A, B>(memory: Memory<A>, map: (value: A) => B): Memory<B> {
  return { ...memory, writes: Array.from(memory.writes, (write) => mapWrite(write, map)) };
}

export function mapWrite<A, B>(write: Write<A>, map: (value: A) => B): Write<B> {
  switch (write.type) {
    case 'accepted':
      return { ...write, value: map(write.value) };
    case 'decided': {
      const { value, ...rest } = write;
      return value === undefined ? rest : { ...rest, value: map(value) };
    }
    default:
      return write;
  }
}

function mapMessage<A, B>(message: Message<A>, map: (value: A) => B): Message<B> {
  switch (message.type) {
    case 'accept':
      return { ...message, value: map(message.value) };
    case 'decided': {
      const { value, ...rest } = message;
      return value === undefined ? rest : { ...rest, value: map(value) };
    }
    case 'learned':
      return { ...message, values: message.values.map(map) };
    case 'promised': {
      const { vote, ...rest } = message;
      return vote === undefined ? rest : { ...rest, vote: { ...vote, value: map(vote.value) } };
    }
    case 'logPromised': {
      const votes = message.votes.map(({ vote, ...rest }) => ({
        ...rest,
        vote: { ...vote, value: map(vote.value) },
      }));
      return { ...message, votes };
    }
    default:
      return message;
  }
}
