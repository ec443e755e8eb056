/** Describes what happened in one line of text. */
import type { Action } from '../engine/action.ts';
import type { MessageFacts } from '../engine/protocol/messages.ts';
import { ballotText } from '../engine/protocol/writes.ts';
import type { FlightView, Occurrence } from '../engine/timeline/frame.ts';

/** The label of a dot: the kind of the message and its instance. */
export function messageLabel({ kind, seq }: Pick<MessageFacts, 'kind' | 'seq'>): string {
  return seq === undefined ? kind : `${kind} ${seq}`;
}

/** The message with ballot and value. */
export function messageText({ kind, seq, ballot, value }: MessageFacts): string {
  return [
    messageLabel({ kind, seq }),
    ...(ballot === undefined ? [] : [ballotText(ballot)]),
    ...(value === undefined ? [] : [`“${value}”`]),
  ].join(' ');
}

export function wayText({ from, to }: Pick<FlightView, 'from' | 'to'>): string {
  return `${from} → ${to}`;
}

export function occurrenceText(occurrence: Occurrence): string {
  switch (occurrence.type) {
    case 'action':
      return `» ${actionText(occurrence.action)}`;
    case 'sent':
      return `${wayText(occurrence.flight)} ${messageText(occurrence.flight)}`;
    case 'arrived':
      return `${wayText(occurrence.flight)} ${messageText(occurrence.flight)} ✓`;
    case 'lost':
      return `${wayText(occurrence.flight)} ${messageText(occurrence.flight)} ✗`;
    case 'refused':
      return `${wayText(occurrence)} ${messageText(occurrence)} ✗`;
    case 'writing':
      return `${occurrence.peer}: … ${occurrence.text}`;
    case 'durable':
      return `${occurrence.peer}: ■ ${occurrence.text}`;
    case 'unwritten':
      return `${occurrence.peer}: □ ${occurrence.text}`;
    case 'decided':
      return `${occurrence.peer}: ◆ ${occurrence.seq} = “${occurrence.value}”`;
    case 'leader':
      return `${occurrence.peer}: ♛ ${occurrence.leader ?? '–'}`;
    case 'failed':
      return `${occurrence.peer}: ✗ ${occurrence.reason}`;
    case 'broken':
      return `✗ ${occurrence.violation.lamp}: ${occurrence.violation.evidence}`;
    default:
      return `${occurrence.peer}: ${occurrence.type}`;
  }
}

export function actionText(action: Action): string {
  switch (action.type) {
    case 'propose':
      return `propose ${action.seq} “${action.value}” at ${action.peer}`;
    case 'done':
      return `done ${action.seq} at ${action.peer}`;
    case 'cut':
    case 'mend':
      return `${action.type} ${wayText(action)}`;
    case 'partition':
      return `partition ${action.groups.map((group) => group.join(' ')).join(' | ')}`;
    case 'heal':
    case 'lossy':
    case 'calm':
      return action.type;
    case 'lose':
    case 'delay':
    case 'repeat':
      return `${action.type} message ${action.message}`;
    case 'skew':
      return `clock of ${action.peer} × ${action.rate}`;
    case 'put':
      return `put ${action.key} = ${action.value} at ${action.peer}`;
    case 'get':
      return `get ${action.key} at ${action.peer}`;
    default:
      return `${action.type} ${action.peer}`;
  }
}
