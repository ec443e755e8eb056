/** Replays the recording of a server, and reports each step in a line. */
import { readFile } from 'node:fs/promises';
import {
  type Effects,
  type Envelope,
  type ReplayedStep,
  TraceReplay,
  type TraceStart,
} from '@paxkv/paxos/core';
import { readTraceLines } from '../recording/trace-lines.ts';

export interface TraceReport {
  readonly stepCount: number;
  /** The first step whose effects are not those that were recorded. */
  readonly firstOther: ReplayedStep | undefined;
  /** What the peer knew at the end, for people. */
  readonly end: string;
}

/**
 * Reads a recording, compressed or not, and replays it to its end. `onLine` takes a line for each part and step. Rejects
 * with a PaxosError `PAXOS_TRACE_UNREADABLE`, a RecordingError, or the system's error if the file cannot be read.
 */
export async function replayTraceFile(
  file: string,
  onLine: (line: string) => void,
): Promise<TraceReport> {
  const replay = new TraceReplay(await readTraceLines(await readFile(file)));
  let { start } = replay;
  onLine(startText(start));
  let stepCount = 0;
  let firstOther: ReplayedStep | undefined;
  for (const step of replay.steps()) {
    if (replay.start !== start) {
      start = replay.start;
      onLine(startText(start));
    }
    stepCount += 1;
    if (!step.isSame) firstOther ??= step;
    onLine(lineOf(step));
  }
  const { leader, min, max, isMember } = replay.peer;
  const role = isMember ? `leader ${leader ?? 'none'}` : 'no member';
  return { stepCount, firstOther, end: `${role}, instances ${min} to ${max}` };
}

function startText({ me, peerCount, memory, snapshot }: TraceStart): string {
  const peer = `peer ${me} of ${peerCount}`;
  if (snapshot !== undefined) return `${peer}, in the middle of a run`;
  return `${peer}, memory ${memory.state}, ${memory.writes.length} writes`;
}

function lineOf({ index, step: { at, event }, effects, isSame }: ReplayedStep): string {
  const parts = [`${index}`, `${at.toFixed(2)} ms`, event.type];
  if (event.type === 'receive')
    parts.push(messageText(event.envelope), `from ${event.envelope.from}`);
  else if ('seq' in event) parts.push(`${event.seq}`);
  const results = resultsOf(effects);
  if (results.length > 0) parts.push('→', results.join(', '));
  if (!isSame) parts.push('[other effects than recorded]');
  return parts.join(' ');
}

function resultsOf(effects: Effects<string>): string[] {
  const { sendNow, sendAfter, persist, decided, readIndex, memoryLoss } = effects;
  const sent = (each: Envelope<string>) => `${messageText(each)} to ${each.to}`;
  return [
    ...sendNow.map((each) => `send ${sent(each)}`),
    ...decided.map(({ seq }) => `decided ${seq}`),
    ...persist.map((write) => `write ${write.type}${'seq' in write ? ` ${write.seq}` : ''}`),
    ...sendAfter.map((each) => `then send ${sent(each)}`),
    ...(readIndex === undefined ? [] : [`read index ${readIndex}`]),
    ...(memoryLoss === undefined ? [] : [memoryLoss]),
  ];
}

function messageText({ message }: Envelope<string>): string {
  return 'seq' in message ? `${message.type} ${message.seq}` : message.type;
}
