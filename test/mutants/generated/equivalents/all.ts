/** Every mutant that is known to behave as the original does. */
import { clientRetryEquivalents } from './client-retry.ts';
import { codecsEquivalents } from './codecs.ts';
import { coreEquivalents } from './core.ts';
import type { Equivalent } from './equivalent.ts';
import { journalEquivalents } from './journal.ts';
import { replicaEquivalents } from './replica.ts';
import { sessionsEquivalents } from './sessions.ts';
import { stateMachineEquivalents } from './state-machine.ts';
import { storageEquivalents } from './storage.ts';

export const allEquivalents: readonly Equivalent[] = [
  ...coreEquivalents,
  ...stateMachineEquivalents,
  ...sessionsEquivalents,
  ...journalEquivalents,
  ...storageEquivalents,
  ...replicaEquivalents,
  ...codecsEquivalents,
  ...clientRetryEquivalents,
];
