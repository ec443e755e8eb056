/** Settings of a run. Together with the actions they suffice to repeat it. */

export const peerCountMin = 3;
export const peerCountMax = 7;

/** `calm`: nothing is lost. `lossy`: some messages are lost, repeated or overtaken. */
export type NetworkName = 'calm' | 'lossy';

export interface Settings {
  readonly seed: string;
  /** From {@link peerCountMin} to {@link peerCountMax}. */
  readonly peerCount: number;
  /** Whether peers elect a leader. Without a leader every peer proposes its own values. */
  readonly isLed: boolean;
  readonly network: NetworkName;
  /** Whether the peers are in whole servers, with their replica and state machine, and not under a small store. */
  readonly hasServers: boolean;
  /** The id of the mistake that is built into the core, if there is one. */
  readonly mutant: string | undefined;
}

export const settingsDefault: Settings = {
  seed: '1',
  peerCount: 3,
  isLed: false,
  network: 'calm',
  hasServers: false,
  mutant: undefined,
};

export function peersOf({ peerCount }: Pick<Settings, 'peerCount'>): number[] {
  return Array.from({ length: peerCount }, (_, peer) => peer);
}

export function quorumOf(peerCount: number): number {
  return Math.floor(peerCount / 2) + 1;
}
