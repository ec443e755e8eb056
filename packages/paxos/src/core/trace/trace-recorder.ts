/**
 * Trace recorder: writes down what a peer starts from and each input that it takes, and begins another part of the
 * trace on request. The peer draws no number and reads no clock but through these, so that a replay makes the same steps.
 */
import { assert } from '../../errors.ts';
import type { RetentionPolicy } from '../commit/retention-policy.ts';
import type { Effects } from '../effects.ts';
import type { PeerEvent } from '../events.ts';
import { Peer } from '../peer.ts';
import type { PeerOptions } from '../peer-options.ts';
import {
  effectsHash,
  type TracedRetention,
  type TraceStart,
  traceVersion,
  withTokens,
} from './trace-line.ts';

/** How values of the log are written down, and where the lines go. */
export interface TraceRecorderOptions<V> {
  /** Whether this part of an event is a value of the log. */
  readonly isValue: (data: unknown) => data is V;
  /**
   * The text that stands for a value. Safety of the replay: the same object has the same token and no other
   * has it, since the core compares values by identity.
   */
  readonly tokenOf: (value: V) => string;
  /** Takes each line, without its end. */
  readonly onLine: (line: string) => void;
}

/** Constructs a peer, and records what it takes in. */
export class TraceRecorder<V> {
  readonly #options: TraceRecorderOptions<V>;
  /** The numbers that the peer drew since the last line. */
  readonly #draws: number[] = [];
  #sizeOf: (value: V) => number = () => 0;
  /** The peer, once there is one, and what the start of each further part repeats. */
  #recorded: { readonly peer: Peer<V>; readonly start: TraceStart } | undefined;

  constructor(options: TraceRecorderOptions<V>) {
    this.#options = options;
  }

  /** Constructs the peer that is recorded from now on. Called once. */
  begin({ random, memory: given, ...options }: PeerOptions<V>): Peer<V> {
    const { state, writeIndex } = given;
    const { retention = { type: 'everyPeer' }, stateEpoch = 0 } = options;
    if (retention.type === 'quorum') this.#sizeOf = (value) => retention.sizeOf(value);
    const writes = [...given.writes];
    const next = () => {
      const drawn = random.next();
      this.#draws.push(drawn);
      return drawn;
    };
    const peer = new Peer<V>({
      ...options,
      random: { next },
      memory: { state, writeIndex, writes },
    });
    const start = {
      trace: traceVersion,
      me: options.me,
      peerCount: options.peerCount,
      isCandidate: options.isCandidate ?? false,
      stateEpoch,
      retention: traced(retention),
      ...(options.instanceLeapMax !== undefined && { instanceLeapMax: options.instanceLeapMax }),
      ...(options.messageLimits !== undefined && { messageLimits: options.messageLimits }),
      draws: this.#draws.splice(0),
      memory: { state, writeIndex, writes: [] },
    } as const;
    this.#recorded = { peer, start };
    const remembered = { ...start.memory, writes: this.#plain(writes) };
    this.#options.onLine(JSON.stringify({ ...start, memory: remembered }));
    return peer;
  }

  /** Begins another part, from which a replay may start. Called between two steps, after {@link begin}. */
  beginPart(): void {
    assert(this.#recorded !== undefined, 'a trace has begun before it has another part');
    const { peer, start } = this.#recorded;
    const snapshot = this.#plain(peer.snapshot());
    this.#options.onLine(JSON.stringify({ ...start, snapshot }));
  }

  /** Records a step that the peer has just made. */
  record(event: PeerEvent<V>, at: number, effects: Effects<V>): void {
    const draws = this.#draws.splice(0);
    const step = {
      at,
      event: this.#plain(event),
      ...(draws.length > 0 && { draws }),
      hash: effectsHash(this.#plain(effects)),
    };
    this.#options.onLine(JSON.stringify(step));
  }

  #plain(data: unknown): unknown {
    const { isValue, tokenOf } = this.#options;
    return withTokens(data, isValue, (value) => `${this.#sizeOf(value)}:${tokenOf(value)}`);
  }
}

function traced<V>(policy: RetentionPolicy<V>): TracedRetention {
  if (policy.type === 'everyPeer') return policy;
  const { type, instances, bytes } = policy;
  return { type, instances, bytes };
}
