/** The mark on envelopes of a group in which no peer ever lost memory or has written anything. */
import type { MemoryMark } from '@paxkv/paxos/core';

export function plainMark(peerCount = 3): MemoryMark {
  return {
    incarnations: new Array<number>(peerCount).fill(0),
    writeIndex: 0,
    acknowledgedIndex: 0,
  };
}

/** What an envelope tells while no host is done with anything. */
export const nothingForgotten = {
  done: -1,
  floor: 0,
  min: 0,
  everyPeerMin: 0,
  stateEpoch: 0,
} as const;
