/** The random numbers of the system. */
import type { Random } from '@paxkv/paxos';

export const systemRandom: Random = { next: () => Math.random() };
