/** The door for those who bring their own loop: a peer that steps. */
export {
  type Ballot,
  compareBallots,
  isLower,
  isSameBallot,
  type PeerId,
  roundMax,
  type Vote,
} from './ballot.ts';
export {
  type Acquaintance,
  type Admission,
  type Decision,
  type DurableWrite,
  type Effects,
  type Memory,
  type Met,
  type Note,
  noEffects,
  type OwnLife,
  type Write,
} from './effects.ts';
export type { Status } from './instance/learner.ts';
export type {
  Admit,
  Admitted,
  Alive,
  Canvass,
  Endorsed,
  Followed,
  Heartbeat,
  Lead,
  LeadershipMessage,
  Outbid,
  Outlived,
  Succeed,
  Survey,
  Surveyed,
} from './messages/group.ts';
export {
  type Accept,
  type Accepted,
  type Answer,
  type Decided,
  type Envelope,
  type Forgotten,
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
export { Peer, type PeerEvent, type PeerOptions } from './peer.ts';
export { AnswerTime, type AnswerTimeLimits } from './round-trip-estimator.ts';
