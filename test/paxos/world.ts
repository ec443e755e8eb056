/** Where a lab's cluster runs: in virtual time on a simulated network, or in real time on sockets. */
import type { Clock, PeerId, Storage, Transport } from '@paxkv/paxos';
import type { SeededRandom } from '@paxkv/simulator';
import type { LabValue } from './ledger.ts';

/** Far more than the longest test needs. It ends a test whose condition never comes true. */
export const runMsMax = 600_000;

export interface LabWorld {
  readonly clock: Clock;
  /**
   * Runs `main` to its end. Virtual time passes only during a run.
   *
   * @throws What `main` throws; and an Error if it takes more than {@link runMsMax}.
   */
  run<T>(main: () => Promise<T>): Promise<T>;
  /** A random stream, the same for the same name and seed, independent of other streams. */
  random(name: string): SeededRandom;
  sleep(ms: number): Promise<void>;
  /** A network for `peerCount` peers, all linked; none listens yet. */
  openNetwork(peerCount: number): Promise<LabNetwork>;
  /** An empty storage for one peer. */
  openStorage(peer: PeerId): Storage<LabValue>;
}

/**
 * The network of the lab: every request is a separate call, and a caller soon sees a failure. A
 * call whose request or reply is lost fails; nothing is delayed, repeated or reordered.
 */
export interface LabNetwork {
  transport(peer: PeerId): Transport<LabValue>;
  /**
   * Calls reach `peer` unreliably: 10 % are discarded, and of the others 20 % are served but their
   * answer is dropped, which makes 10 / 18 / 72.
   */
  setUnreliable(peer: PeerId, unreliable: boolean): void;
  /** No request reaches `peer` any more. It can still send requests and get answers. */
  deafen(peer: PeerId): Promise<void>;
  /**
   * Links the peers within each group, and no others. Not atomic: at first all links go. Calls on
   * their way complete all the same.
   */
  partition(groups: readonly (readonly PeerId[])[]): Promise<void>;
  /** Calls served so far, answered or not. */
  requestCount(): number;
  close(): Promise<void>;
}
