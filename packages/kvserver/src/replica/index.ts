/** The door of the replica: requests in, replies out, agreed on by all. */

export { Replica } from './replica.ts';
export type { ReplicaOptions, ReplicaStatus } from './replica-options.ts';
export type { Submitter } from './submitter.ts';
