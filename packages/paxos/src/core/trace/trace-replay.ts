/**
 * Trace replay: a peer takes the recorded inputs again. A step is right if its effects have the recorded hash;
 * from the first one that is not, the peer is no longer in the recorded state.
 */
import type { Effects } from '../effects.ts';
import { Peer } from '../peer.ts';
import {
  effectsHash,
  sizeInToken,
  type TraceStart,
  type TraceStep,
  traceVersion,
} from './trace-line.ts';

/** The trace cannot be read, or is of another version. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  readonly code = 'PAXOS_TRACE_UNREADABLE';
}

export interface ReplayedStep {
  /** The number of the step, from 0. */
  readonly index: number;
  readonly step: TraceStep;
  readonly effects: Effects<string>;
  /** The hash of these effects; that of the recorded ones is in `step`. */
  readonly hash: string;
  readonly isSame: boolean;
}

export class TraceReplay {
  readonly start: TraceStart;
  /** The peer after the latest step. */
  readonly peer: Peer<string>;
  readonly #lines: Iterator<string>;
  readonly #draws: number[];

  /** @throws TraceError unless the first line is the start of a trace of this version. */
  constructor(lines: Iterable<string>) {
    this.#lines = lines[Symbol.iterator]();
    this.start = toStart(parse(this.#lines.next().value));
    const { me, peerCount, isCandidate, memory, draws, stateEpoch, retention } = this.start;
    this.#draws = [...draws];
    const random = { next: () => this.#draw() };
    this.peer = new Peer({
      ...{ me, peerCount, isCandidate, memory, stateEpoch, random },
      retention: retention.type === 'everyPeer' ? retention : { ...retention, sizeOf: sizeInToken },
    });
  }

  /**
   * Makes the steps one by one, as the caller asks for them.
   *
   * @throws TraceError at a line that is no step, and if the peer draws a number that was not drawn before.
   */
  *steps(): Generator<ReplayedStep> {
    let line = this.#lines.next();
    for (let index = 0; line.done !== true; index += 1) {
      const step = toStep(parse(line.value));
      this.#draws.push(...(step.draws ?? []));
      const effects = this.peer.step(step.event, step.at);
      const hash = effectsHash(effects);
      yield { index, step, effects, hash, isSame: hash === step.hash };
      line = this.#lines.next();
    }
  }

  #draw(): number {
    const drawn = this.#draws.shift();
    if (drawn === undefined) throw new TraceError('The replay draws a number that was not drawn.');
    return drawn;
  }
}

function parse(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? '');
  } catch (cause) {
    throw new TraceError('A line of the trace is not JSON.', { cause });
  }
}

function toStart(line: unknown): TraceStart {
  if (isObject(line) && 'trace' in line && line.trace === traceVersion) return line as TraceStart;
  throw new TraceError(`This is not the start of a trace of version ${traceVersion}.`);
}

function toStep(line: unknown): TraceStep {
  if (isObject(line) && 'event' in line && 'at' in line && 'hash' in line) return line as TraceStep;
  throw new TraceError('A line of the trace is no step.');
}

function isObject(line: unknown): line is object {
  return typeof line === 'object' && line !== null;
}
