/** Random bytes of a simulated server: the same in every run of a seed. */
import { id128Bytes } from '@paxkv/protocol';

export function entropyFrom(random: { next(): number }): () => Uint8Array {
  return () => Uint8Array.from({ length: id128Bytes }, () => Math.floor(random.next() * 256));
}
