/** The entry point for hosts with their own loop: a peer that takes events and returns effects. */
export {
  type Ballot,
  compareBallots,
  type InstanceVote,
  isLower,
  isSameBallot,
  type PeerId,
  roundMax,
  type Vote,
} from './ballot.ts';
export type { QuorumRetention, Retained, RetentionPolicy } from './commit/retention-policy.ts';
export {
  type Admission,
  type Decision,
  type DurableWrite,
  type Effects,
  type Memory,
  type Note,
  noEffects,
  type OwnIncarnation,
  type PeerRecord,
  type PeerRecords,
  type Write,
} from './effects.ts';
export type { PeerEvent } from './events.ts';
export type { Status } from './instance/learner.ts';
export {
  type Decided,
  type Forgotten,
  type Learn,
  type Learned,
  learnCountMax,
  type Outcome,
  outcomeCountMax,
  type ReadIndex,
  type ReadIndexReply,
} from './messages/commit.ts';
export type { Envelope, MemoryMark } from './messages/envelope.ts';
export type { Accept, Accepted, Prepare, Promised, Rejected } from './messages/instance.ts';
export type {
  Heartbeat,
  HeartbeatAck,
  LogPromised,
  LogRejected,
  PrepareLog,
  PreVote,
  PreVoteGranted,
  TransferLeadership,
} from './messages/leader.ts';
export {
  type Answer,
  type InstanceAnswer,
  type InstanceRequest,
  isAnswer,
  type LeaderMessage,
  type Message,
  type Request,
  seqOf,
} from './messages/message.ts';
export { type MessageLimits, messageLimitsDefault } from './messages/message-limits.ts';
export type { Admit, Admitted, StaleIncarnation } from './messages/recovery.ts';
export { Peer } from './peer.ts';
export type { PeerOptions } from './peer-options.ts';
export type { PeerSnapshot, RolesSnapshot } from './roles-snapshot.ts';
export { RoundTripEstimator, type RoundTripLimits } from './round-trip-estimator.ts';
export type { TracedRetention, TraceStart, TraceStep } from './trace/trace-line.ts';
export { TraceRecorder, type TraceRecorderOptions } from './trace/trace-recorder.ts';
export { type ReplayedStep, TraceReplay } from './trace/trace-replay.ts';
