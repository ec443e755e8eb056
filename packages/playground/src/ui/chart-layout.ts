/** The sequence chart of the most recent events, as data: one column for each peer, time going down. */
import type { MessageKind } from '../engine/protocol/messages.ts';
import type { Frame, Occurrence } from '../engine/timeline/frame.ts';

export interface Arrow {
  readonly key: string;
  readonly kind: MessageKind;
  readonly seq: number | undefined;
  readonly from: number;
  readonly to: number;
  readonly sentMs: number;
  /** When the message arrived or was lost, or, if it is in transit, when it will arrive. */
  readonly endMs: number;
  readonly state: 'arrived' | 'lost' | 'under way';
}

export interface Mark {
  readonly key: string;
  readonly peer: number;
  readonly timeMs: number;
  readonly type: 'durable' | 'decided' | 'down' | 'up' | 'leader';
  readonly text: string;
}

/** The time span that is shown. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Chart extends Span {
  readonly arrows: readonly Arrow[];
  readonly marks: readonly Mark[];
}

/** The length of the span that the page shows, in simulated time. */
export const windowMs = 32;
const frameCountMax = 600;

/** `frames`: all frames up to the last one that is shown. */
export function layoutChart(frames: readonly Frame[], { fromMs, toMs }: Span): Chart {
  const arrows = new Map<string, Arrow>();
  const marks: Mark[] = [];
  const shown = frames.slice(firstFrom(frames, fromMs));
  for (const frame of shown) {
    for (const [index, occurrence] of frame.occurrences.entries()) {
      const key = `${frame.moment}.${index}`;
      const arrow = arrowOf(occurrence, frame, key);
      if (arrow !== undefined) arrows.set(arrow.key, arrow);
      const mark = markOf(occurrence, frame, key);
      if (mark !== undefined) marks.push(mark);
    }
  }
  return { fromMs, toMs, arrows: [...arrows.values()], marks };
}

/** The index of the first frame within the span, or of a later one if there are too many frames. */
function firstFrom(frames: readonly Frame[], fromMs: number): number {
  let first = frames.length;
  const earliest = Math.max(0, frames.length - frameCountMax);
  while (first > earliest && (frames[first - 1]?.timeMs ?? 0) >= fromMs) first -= 1;
  return first;
}

function arrowOf(occurrence: Occurrence, frame: Frame, key: string): Arrow | undefined {
  switch (occurrence.type) {
    case 'sent':
    case 'arrived':
    case 'lost': {
      const { id, kind, seq, from, to, sentMs, arrivalMs } = occurrence.flight;
      const isSent = occurrence.type === 'sent';
      const state = occurrence.type === 'sent' ? 'under way' : occurrence.type;
      const endMs = isSent ? arrivalMs : frame.timeMs;
      return { key: `m${id}`, kind, seq, from, to, sentMs, endMs, state };
    }
    case 'refused': {
      const { kind, seq, from, to } = occurrence;
      const { timeMs } = frame;
      return { key, kind, seq, from, to, sentMs: timeMs, endMs: timeMs, state: 'lost' };
    }
    default:
      return undefined;
  }
}

function markOf(occurrence: Occurrence, { timeMs }: Frame, key: string): Mark | undefined {
  switch (occurrence.type) {
    case 'durable':
      return { key, peer: occurrence.peer, timeMs, type: 'durable', text: occurrence.text };
    case 'decided': {
      const { peer, seq, value } = occurrence;
      return { key, peer, timeMs, type: 'decided', text: `${seq}: ${value}` };
    }
    case 'up':
    case 'down':
      return { key, peer: occurrence.peer, timeMs, type: occurrence.type, text: '' };
    case 'leader': {
      const { peer, leader } = occurrence;
      return peer === leader ? { key, peer, timeMs, type: 'leader', text: '' } : undefined;
    }
    default:
      return undefined;
  }
}
