/** The mark on envelopes of a group in which nobody ever lost memory, and nobody was heard yet. */
import type { MemoryMark } from '@paxkv/paxos/core';

export function plainMark(peerCount = 3): MemoryMark {
  return { lives: new Array<number>(peerCount).fill(0), turn: 0, heard: 0 };
}
