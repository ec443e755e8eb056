export {
  type Ballot,
  compareBallots,
  isLower,
  isSameBallot,
  type PeerId,
  roundMax,
} from './ballot.ts';
export * from './messages.ts';
