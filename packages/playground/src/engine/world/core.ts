/** The core that a run uses: the shipped one, or one with a mistake built in. */
import { Paxos, type PaxosOptions } from '@paxkv/paxos';

export interface Core {
  load<Value>(options: PaxosOptions<Value>): Promise<Paxos<Value>>;
}

/** Returns the core with this mistake, or the shipped core. */
export type CoreOf = (mutant: string | undefined) => Core;

export const shippedCore: Core = Paxos;

/** Returns the shipped core only. @throws RangeError for any mutant. */
export const shippedOnly: CoreOf = (mutant) => {
  if (mutant === undefined) return shippedCore;
  throw new RangeError(`There is no mutant ${mutant} in this build.`);
};
