/** The 19 tests of the teaching lab in its order, grouped by the cluster they share. */
import {
  basicAgreement,
  deafProposer,
  manyInstances,
  manyInstancesUnreliable,
  minorityProposal,
} from './agreement.ts';
import { forgetting, freesMemory, lotsOfForgetting, maxAfterDone } from './forgetting.ts';
import type { LabGroup } from './lab.ts';
import { requestCount } from './message-count.ts';
import { changingPartitions, partitions } from './partition.ts';

export const labGroups: readonly LabGroup[] = [
  basicAgreement,
  deafProposer,
  forgetting,
  lotsOfForgetting,
  freesMemory,
  maxAfterDone,
  requestCount,
  manyInstances,
  minorityProposal,
  manyInstancesUnreliable,
  partitions,
  changingPartitions,
];
