/** Chance from the machine. */
import type { Random } from '@paxkv/paxos';

export const systemRandom: Random = { next: () => Math.random() };
