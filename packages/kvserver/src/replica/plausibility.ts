/** What a replica has its peer of the protocol believe of others. */
import type { PaxosOptions } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Values } from '../state-machine/values.ts';

/**
 * How far above what is known here one other replica may speak of instances: a minute or two of full load, which a
 * replica that was away makes up for in seconds, and a leader fills with noops in as many if it was not true.
 */
const instanceLeapMax = 2 ** 18;

/** Values are what `values` accepts. */
export function plausibilityOf(
  values: Pick<Values, 'accepts'>,
): Required<Pick<PaxosOptions<Bytes>, 'isValue' | 'instanceLeapMax'>> {
  return { instanceLeapMax, isValue: (value) => values.accepts(value) };
}
