/**
 * The journal of a replica, read with suspicion: a vote or a decision that this version cannot apply is found before
 * anything rests on it. An earlier version may have taken one from a damaged server.
 */
import type { Memory, Storage, Write } from '@paxkv/paxos';
import { StateError, UnreadableValueError } from '../state-machine/state-error.ts';
import type { Values } from '../state-machine/values.ts';

export interface Suspicion {
  /** What is in the state was applied already, and is not read again. */
  readonly applied: number;
  readonly values: Pick<Values, 'read'>;
}

/** The storage, whose `load` also throws UnreadableValueError. */
export function readableStorage(
  storage: Storage<Uint8Array>,
  suspicion: Suspicion,
): Storage<Uint8Array> {
  return {
    load: async () => {
      const memory = await storage.load();
      return { ...memory, writes: [...expectReadable(memory, suspicion)] };
    },
    write: (writes) => storage.write(writes),
    close: () => storage.close(),
  };
}

function* expectReadable(
  { writes }: Memory<Uint8Array>,
  { applied, values }: Suspicion,
): Generator<Write<Uint8Array>> {
  for (const write of writes) {
    const value = 'value' in write ? write.value : undefined;
    if (value !== undefined && 'seq' in write && write.seq > applied) {
      try {
        values.read(value);
      } catch (cause) {
        // A raise to a level above this version is readable. It stops the replica with a reason of its own.
        const isUnreadable =
          !(cause instanceof StateError) || cause.code !== 'STATE_LEVEL_UNSUPPORTED';
        if (isUnreadable) throw new UnreadableValueError(write.seq, value, cause);
      }
    }
    yield write;
  }
}
