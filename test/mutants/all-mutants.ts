/** Every mutant, in the order of the catalogue. */
import { acceptorMutants } from './mistakes/acceptor.ts';
import { backupMutants } from './mistakes/backup.ts';
import { ballotMutants } from './mistakes/ballots.ts';
import { budgetMutants } from './mistakes/budget.ts';
import { clientMutants } from './mistakes/client.ts';
import { clusterMutants } from './mistakes/clusters.ts';
import { connectionMutants } from './mistakes/connections.ts';
import { diskMutants } from './mistakes/disk.ts';
import { journalMutants } from './mistakes/journal.ts';
import { leadershipMutants } from './mistakes/leadership.ts';
import { learningMutants } from './mistakes/learning.ts';
import { leaseMutants } from './mistakes/leases.ts';
import { levelMutants } from './mistakes/levels.ts';
import { peersMutants } from './mistakes/peers.ts';
import { proposerMutants } from './mistakes/proposer.ts';
import { rangeMutants } from './mistakes/ranges.ts';
import { readsMutants } from './mistakes/reads.ts';
import { rejoinMutants } from './mistakes/rejoin.ts';
import { replicaMutants } from './mistakes/replica.ts';
import { retentionMutants } from './mistakes/retention.ts';
import { sessionMutants } from './mistakes/sessions.ts';
import { stateMachineMutants } from './mistakes/state-machine.ts';
import { stateTransferMutants } from './mistakes/state-transfer.ts';
import { tokenMutants } from './mistakes/tokens.ts';
import { transactionMutants } from './mistakes/transactions.ts';
import { userMutants } from './mistakes/users.ts';
import { valueMutants } from './mistakes/values.ts';
import { watchMutants } from './mistakes/watches.ts';
import type { Mutant } from './mutant.ts';

export const allMutants: readonly Mutant[] = [
  ...acceptorMutants,
  ...ballotMutants,
  ...proposerMutants,
  ...leadershipMutants,
  ...learningMutants,
  ...retentionMutants,
  ...rejoinMutants,
  ...readsMutants,
  ...replicaMutants,
  ...stateMachineMutants,
  ...stateTransferMutants,
  ...diskMutants,
  ...journalMutants,
  ...clientMutants,
  ...peersMutants,
  ...levelMutants,
  ...clusterMutants,
  ...sessionMutants,
  ...userMutants,
  ...tokenMutants,
  ...budgetMutants,
  ...connectionMutants,
  ...valueMutants,
  ...backupMutants,
  ...transactionMutants,
  ...rangeMutants,
  ...leaseMutants,
  ...watchMutants,
].sort((a, b) => a.mistake - b.mistake);
