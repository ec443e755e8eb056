/** What a replica has its peer of the protocol believe of others, and of its own storage. */
import type { PaxosOptions } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Values } from '../state-machine/values.ts';
import { noLogWindow } from './catch-up/log-window.ts';
import { windowedStorage } from './catch-up/windowed-storage.ts';
import { readableStorage } from './readable-storage.ts';
import type { ReplicaOptions } from './replica-options.ts';

/**
 * How far above what is known here one other replica may speak of instances: a minute or two of full load, which a
 * replica that was away makes up for in seconds, and a leader fills with noops in as many if it was not true.
 */
const instanceLeapMax = 2 ** 18;

/** The state as it is when the replica is opened. */
export interface OpenedState {
  readonly applied: number;
  readonly values: Pick<Values, 'accepts' | 'read'>;
}

/** Values are what the state machine can apply. */
export function plausibilityOf(
  { storage, logWindow = noLogWindow }: Pick<ReplicaOptions, 'storage' | 'logWindow'>,
  state: OpenedState,
): Required<Pick<PaxosOptions<Bytes>, 'isValue' | 'instanceLeapMax' | 'storage'>> {
  return {
    instanceLeapMax,
    isValue: (value) => state.values.accepts(value),
    storage: readableStorage(windowedStorage(storage, logWindow), state),
  };
}
