/** Entry point of the replica, which answers requests in the order that all replicas agreed on. */
export { Replica } from './replica.ts';
export type { ReplicaFacts } from './replica-facts.ts';
export type { ReplicaOptions, ReplicaScrubStatus, ReplicaStatus } from './replica-options.ts';
export type { Submitter } from './submitter.ts';
