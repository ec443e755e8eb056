/** The core that a run is made of: the shipped one, or one with a mistake built in. */
import { Paxos, type PaxosOptions } from '@paxkv/paxos';

export interface Core {
  load(options: PaxosOptions<string>): Promise<Paxos<string>>;
}

/** Finds the core with this mistake, or without any. */
export type CoreOf = (mutant: string | undefined) => Core;

export const shippedCore: Core = Paxos;

/** Knows no mutants. @throws RangeError for any. */
export const shippedOnly: CoreOf = (mutant) => {
  if (mutant === undefined) return shippedCore;
  throw new RangeError(`There is no mutant ${mutant} here.`);
};
