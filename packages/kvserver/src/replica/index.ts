/** The door of the replica: requests in, replies out, agreed on by all. */
export type { ReplicaLimits } from './limits.ts';
export { Replica, type ReplicaOptions, type ReplicaStatus } from './replica.ts';
export type { Submitter } from './submitter.ts';
