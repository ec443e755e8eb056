/** The door for those who bring their own loop: a peer that steps. */

export { AnswerTime, type AnswerTimeLimits } from './answer-time.ts';
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
} from './group-messages.ts';
export type { Status } from './learner.ts';
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
} from './messages.ts';
export { Peer, type PeerEvent, type PeerOptions } from './peer.ts';
