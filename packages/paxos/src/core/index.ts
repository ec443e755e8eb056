/** The door for those who bring their own loop: a peer that steps. */
export type { Status } from './agreement.ts';
export {
  type Ballot,
  compareBallots,
  isLower,
  isSameBallot,
  type PeerId,
  roundMax,
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
export {
  type Accept,
  type Accepted,
  type Admit,
  type Admitted,
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
  type Outlived,
  type Prepare,
  type Promised,
  type Rejected,
  type Request,
  seqOf,
  type Vote,
} from './messages.ts';
export { Peer, type PeerEvent, type PeerOptions } from './peer.ts';
