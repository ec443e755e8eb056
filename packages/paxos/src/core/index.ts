/** The door for those who bring their own loop: a peer that steps. */
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
export type {
  Admit,
  Admitted,
  Heartbeat,
  HeartbeatAck,
  LeadershipMessage,
  LogPromised,
  LogRejected,
  PrepareLog,
  PreVote,
  PreVoteGranted,
  ReadIndex,
  ReadIndexReply,
  StaleIncarnation,
  TransferLeadership,
} from './messages/group.ts';
export {
  type Accept,
  type Accepted,
  type Answer,
  type Decided,
  type Envelope,
  type Forgotten,
  type InstanceAnswer,
  type InstanceRequest,
  isAnswer,
  type Learn,
  type Learned,
  learnCountMax,
  type MemoryMark,
  type Message,
  type Outcome,
  outcomeCountMax,
  type Prepare,
  type Promised,
  type Rejected,
  type Request,
  seqOf,
} from './messages/message.ts';
export { Peer, type PeerOptions } from './peer.ts';
export { RoundTripEstimator, type RoundTripLimits } from './round-trip-estimator.ts';
