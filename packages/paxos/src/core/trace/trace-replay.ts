/**
 * Trace replay: a peer takes the recorded inputs again. A step is right if its effects have the recorded hash;
 * from the first one that is not, the peer is no longer in the recorded state.
 */

import { PaxosError } from '../../errors.ts';
import type { Effects } from '../effects.ts';
import { Peer } from '../peer.ts';
import {
  effectsHash,
  sizeInToken,
  type TraceStart,
  type TraceStep,
  traceVersion,
} from './trace-line.ts';

/** A step that was made again. */
export interface ReplayedStep {
  /** The number of the step, from 0. */
  readonly index: number;
  readonly step: TraceStep;
  readonly effects: Effects<string>;
  /** The hash of these effects; that of the recorded ones is in `step`. */
  readonly hash: string;
  /** Whether the effects are those recorded, and as many random numbers were drawn. */
  readonly isSame: boolean;
}

/** Makes the steps of a trace again. */
export class TraceReplay {
  readonly start: TraceStart;
  /** The peer after the latest step. */
  readonly peer: Peer<string>;
  readonly #lines: Iterator<string>;
  readonly #draws: number[];

  /** @throws PaxosError `PAXOS_TRACE_UNREADABLE` unless the lines begin a trace of this version. */
  constructor(lines: Iterable<string>) {
    this.#lines = lines[Symbol.iterator]();
    this.start = toStart(parse(this.#lines.next().value));
    const { me, peerCount, isCandidate, memory, draws, stateEpoch, retention } = this.start;
    const { instanceLeapMax, messageLimits } = this.start;
    this.#draws = [...draws];
    const random = { next: () => this.#draw() };
    this.peer = new Peer({
      ...{ me, peerCount, isCandidate, memory, stateEpoch, random },
      ...(instanceLeapMax !== undefined && { instanceLeapMax }),
      ...(messageLimits !== undefined && { messageLimits }),
      retention: retention.type === 'everyPeer' ? retention : { ...retention, sizeOf: sizeInToken },
    });
  }

  /**
   * Makes the steps one by one, as the caller asks for them.
   *
   * @throws PaxosError `PAXOS_TRACE_UNREADABLE` at a line that is no step, and if the peer draws a number that
   * was not drawn before.
   */
  *steps(): Generator<ReplayedStep> {
    let line = this.#lines.next();
    for (let index = 0; line.done !== true; index += 1) {
      const step = toStep(parse(line.value));
      this.#draws.splice(0, this.#draws.length, ...(step.draws ?? []));
      const effects = this.peer.step(step.event, step.at);
      const hash = effectsHash(effects);
      const isSame = hash === step.hash && this.#draws.length === 0;
      yield { index, step, effects, hash, isSame };
      line = this.#lines.next();
    }
  }

  #draw(): number {
    const drawn = this.#draws.shift();
    if (drawn === undefined) throw unreadable('The replay draws a number that was not drawn.');
    return drawn;
  }
}

function parse(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? '');
  } catch (cause) {
    throw unreadable('A line of the trace is not JSON.', cause);
  }
}

function toStart(line: unknown): TraceStart {
  if (isObject(line) && 'trace' in line && line.trace === traceVersion) return line as TraceStart;
  throw unreadable(`This is not the start of a trace of version ${traceVersion}.`);
}

function toStep(line: unknown): TraceStep {
  if (isObject(line) && 'event' in line && 'at' in line && 'hash' in line) return line as TraceStep;
  throw unreadable('A line of the trace is no step.');
}

function isObject(line: unknown): line is object {
  return typeof line === 'object' && line !== null;
}

function unreadable(message: string, cause?: unknown): PaxosError {
  return new PaxosError('PAXOS_TRACE_UNREADABLE', message, cause);
}
