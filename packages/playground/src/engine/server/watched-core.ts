/** A core whose peers tell what they are asked for and what they report, besides what they tell their host. */
import type { ReplicaOptions } from '@paxkv/kvserver/internal/replica/replica-options';
import type { Paxos } from '@paxkv/paxos';
import type { Core } from '../world/core.ts';

type Bytes = Uint8Array;

export interface PeerWatch {
  readonly onLoaded: (peer: Paxos<Bytes>) => void;
  readonly onProposed: (seq: number, value: Bytes) => void;
  readonly onDecided: (seq: number, value: Bytes) => void;
  readonly onAdmitted: () => void;
}

export function watchedCore(core: Core, watch: PeerWatch): NonNullable<ReplicaOptions['core']> {
  return {
    load: async (options) => {
      const peer = await core.load<Bytes>(options);
      const start = peer.start.bind(peer);
      const join = peer.join.bind(peer);
      peer.start = (seq, value) => {
        watch.onProposed(seq, value);
        start(seq, value);
      };
      peer.join = (listener = {}) =>
        join({
          ...listener,
          onDecided: (decision) => {
            watch.onDecided(decision.seq, decision.value);
            listener.onDecided?.(decision);
          },
          onAdmitted: () => {
            watch.onAdmitted();
            listener.onAdmitted?.();
          },
        });
      watch.onLoaded(peer);
      return peer;
    },
  };
}
