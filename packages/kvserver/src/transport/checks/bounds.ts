/** What messages between servers may contain at most, whatever is known of the others. */

/** What depends on the cluster. */
export interface EnvelopeBounds {
  readonly nodeCount: number;
  readonly valueBytesMax: number;
}

/** Numbers of instances stay below this: exact integers, with room for sums. */
export const seqMax = 2 ** 52;
