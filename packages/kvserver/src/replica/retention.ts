/** What a server keeps in memory of the decided log for others that are away. */
import type { RetentionPolicy } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Limits } from '../config/settings.ts';

/** The policy that follows from the limits of a server. */
export function retentionOf({
  logBytesMax,
  logInstanceCountMax,
}: Pick<Limits, 'logBytesMax' | 'logInstanceCountMax'>): RetentionPolicy<Bytes> {
  return {
    type: 'quorum',
    instances: logInstanceCountMax,
    bytes: logBytesMax,
    sizeOf: (value) => value.byteLength,
  };
}
