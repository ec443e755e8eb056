/**
 * Trace replay: a peer takes the recorded inputs again. A step is right if its effects have the recorded hash;
 * from the first one that is not, the peer is no longer in the recorded state, until the next part begins.
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
  readonly #lines: Iterator<string>;
  readonly #draws: number[] = [];
  #start: TraceStart;
  #peer: Peer<string>;

  /** @throws PaxosError `PAXOS_TRACE_UNREADABLE` unless the lines begin a trace of this version. */
  constructor(lines: Iterable<string>) {
    this.#lines = lines[Symbol.iterator]();
    this.#start = toStart(parse(this.#lines.next().value));
    this.#peer = this.#begin(this.#start);
  }

  /** The start of the part that the latest step is in. */
  get start(): TraceStart {
    return this.#start;
  }

  /** The peer after the latest step. Each part has one of its own. */
  get peer(): Peer<string> {
    return this.#peer;
  }

  /**
   * Makes the steps of all parts one by one, as the caller asks for them.
   *
   * @throws PaxosError `PAXOS_TRACE_UNREADABLE` at a line that is neither a step nor a start, and if the peer draws a number that
   * was not drawn before.
   */
  *steps(): Generator<ReplayedStep> {
    let line = this.#lines.next();
    for (let index = 0; line.done !== true; line = this.#lines.next()) {
      const content = parse(line.value);
      if (isStart(content)) {
        this.#start = content;
        this.#peer = this.#begin(content);
      } else {
        yield this.#step(index, toStep(content));
        index += 1;
      }
    }
  }

  #begin(start: TraceStart): Peer<string> {
    const { me, peerCount, isCandidate, memory, draws, stateEpoch, retention } = start;
    const { instanceLeapMax, messageLimits, snapshot } = start;
    this.#draws.splice(0, this.#draws.length, ...draws);
    const random = { next: () => this.#draw() };
    const peer = new Peer<string>({
      ...{ me, peerCount, isCandidate, memory, stateEpoch, random },
      ...(instanceLeapMax !== undefined && { instanceLeapMax }),
      ...(messageLimits !== undefined && { messageLimits }),
      retention: retention.type === 'everyPeer' ? retention : { ...retention, sizeOf: sizeInToken },
    });
    if (snapshot !== undefined) peer.resume(snapshot);
    return peer;
  }

  #step(index: number, step: TraceStep): ReplayedStep {
    this.#draws.splice(0, this.#draws.length, ...(step.draws ?? []));
    const effects = this.#peer.step(step.event, step.at);
    const hash = effectsHash(effects);
    const isSame = hash === step.hash && this.#draws.length === 0;
    return { index, step, effects, hash, isSame };
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
  if (isStart(line)) return line;
  throw unreadable(`This is not the start of a trace of version ${traceVersion}.`);
}

function toStep(line: unknown): TraceStep {
  if (isObject(line) && 'event' in line && 'at' in line && 'hash' in line) return line as TraceStep;
  throw unreadable('A line of the trace is no step.');
}

function isStart(line: unknown): line is TraceStart {
  if (!isObject(line) || !('trace' in line) || line.trace !== traceVersion) return false;
  return 'memory' in line && 'draws' in line && Array.isArray(line.draws);
}

function isObject(line: unknown): line is object {
  return typeof line === 'object' && line !== null;
}

function unreadable(message: string, cause?: unknown): PaxosError {
  return new PaxosError('PAXOS_TRACE_UNREADABLE', message, cause);
}
