/** The door for those who bring their own loop: a peer that steps. */
export {
  type Ballot,
  compareBallots,
  isLower,
  isSameBallot,
  type PeerId,
  roundMax,
} from './ballot.ts';
export {
  type Decision,
  type DurableWrite,
  type Effects,
  type Note,
  noEffects,
  type Write,
} from './effects.ts';
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
  type Message,
  type Prepare,
  type Promised,
  type Rejected,
  type Request,
  type Vote,
} from './messages.ts';
export { Peer, type PeerEvent, type PeerOptions, type Status } from './peer.ts';
