/** The messages by which a leader stays one. Late behind a large message, they would cost an election. */
import type { Message } from '@paxkv/paxos';

/**
 * The message as it may go ahead of earlier ones; `undefined` if it must not. A heartbeat names no decisions then:
 * those are on their way, and its receiver would ask for them again.
 */
export function urgentForm<V>(message: Message<V>): Message<V> | undefined {
  switch (message.type) {
    case 'heartbeat':
      return { type: 'heartbeat', ballot: message.ballot };
    case 'heartbeatAck':
    case 'preVote':
    case 'preVoteGranted':
    case 'prepareLog':
    case 'logRejected':
    case 'transferLeadership':
      return message;
    default:
      return undefined;
  }
}
