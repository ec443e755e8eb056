/**
 * The catalogue: typical mistakes of such stores, most of them public. 1 to 55 were collected before the
 * first line was written; those above are our own. Each has a mutant, or a reason why it has none yet.
 */

export interface Mistake {
  readonly number: number;
  readonly title: string;
  /** Whether at least one of its mutants must also be caught by the swarm simulation. */
  readonly isSimulated?: true;
  /** The reason why this code cannot make the mistake so far. Absent if there are mutants. */
  readonly notYet?: string;
}

const noMembership = 'membership is fixed when the cluster is created';

export const catalogue: readonly Mistake[] = [
  { number: 1, title: 'a promise is sent before it is durable, or decreases', isSimulated: true },
  { number: 2, title: 'a vote is sent before it is durable', isSimulated: true },
  { number: 3, title: 'a vote does not raise the promise', isSimulated: true },
  { number: 4, title: 'a ballot is used again after a restart', isSimulated: true },
  { number: 5, title: 'two nodes use the same ballot', isSimulated: true },
  { number: 6, title: 'a promise to an older ballot counts', isSimulated: true },
  { number: 7, title: 'votes of different ballots are added up', isSimulated: true },
  { number: 8, title: 'a repeated answer counts twice', isSimulated: true },
  { number: 9, title: 'the vote of the highest ballot does not win', isSimulated: true },
  { number: 10, title: 'a new leader ignores votes that were reported to it', isSimulated: true },
  { number: 11, title: 'log gaps are not filled, so applying stalls', isSimulated: true },
  { number: 12, title: 'a noop overwrites a value', isSimulated: true },
  { number: 13, title: 'a proposer with a lower ballot continues and wins', isSimulated: true },
  { number: 14, title: 'a commit notice is applied to an older vote', isSimulated: true },
  { number: 15, title: 'a peer counts its own vote before it is durable', isSimulated: true },
  { number: 16, title: 'two quorums have no node in common', isSimulated: true },
  { number: 17, title: 'a partitioned node answers a read', isSimulated: true },
  {
    number: 18,
    title: 'a lease depends on clocks',
    notYet: 'no lease lets a server answer alone: reads ask a quorum',
  },
  {
    number: 19,
    title: 'a read is confirmed by an answer to a request sent before it started',
    isSimulated: true,
  },
  { number: 20, title: 'reads are served before replay is finished', isSimulated: true },
  {
    number: 21,
    title: 'a read returns a value that was voted for but not decided',
    isSimulated: true,
  },
  { number: 22, title: 'a failed conditional write leaves no trace' },
  { number: 23, title: 'a decision is sent to one node only', isSimulated: true },
  { number: 24, title: 'a retry takes effect twice', isSimulated: true },
  {
    number: 25,
    title: 'the reply cache is not replicated, not stored, or dropped early',
    isSimulated: true,
  },
  { number: 26, title: 'a retry gets the wrong reply' },
  { number: 27, title: 'the position is not atomic with the state', isSimulated: true },
  { number: 28, title: 'data that is not durable counts as durable', isSimulated: true },
  { number: 29, title: 'applying is not deterministic', isSimulated: true },
  { number: 30, title: 'a transferred state has another position than it claims' },
  { number: 31, title: 'the log is cut though a lagging peer needs it', isSimulated: true },
  { number: 32, title: 'an older transferred state overwrites a newer one' },
  { number: 33, title: 'a partial transferred state counts as complete' },
  { number: 34, title: 'two changes of membership overlap', notYet: noMembership },
  { number: 35, title: 'a removed node keeps taking part', notYet: noMembership },
  { number: 36, title: 'a new member votes before it has the state', notYet: noMembership },
  { number: 37, title: 'a node with a wiped disk votes under its old id', isSimulated: true },
  { number: 38, title: 'a damaged record counts as the end of the log' },
  { number: 39, title: 'damaged state spreads to healthy nodes' },
  { number: 40, title: 'a write error is ignored', isSimulated: true },
  { number: 41, title: 'proposers duel without end', isSimulated: true },
  { number: 42, title: 'elections never settle under partial connectivity' },
  { number: 43, title: 'a node that was partitioned disrupts the leader' },
  { number: 44, title: 'a useless leader is never replaced' },
  { number: 45, title: 'a queue grows without bound' },
  { number: 46, title: 'a half-open connection counts as alive' },
  { number: 47, title: 'an old connection, or an old run, is read after the new one' },
  { number: 48, title: 'a watcher misses events', isSimulated: true },
  {
    number: 49,
    title: '"not done" is reported for a request that takes effect later',
    isSimulated: true,
  },
  { number: 50, title: 'a scan mixes two versions' },
  { number: 51, title: 'each node expires keys by its own clock, or keys that are still in use' },
  { number: 52, title: 'a number grows beyond exact integers' },
  { number: 53, title: 'an error leaves a node half-running' },
  { number: 54, title: "another cluster's or node's messages or data are accepted" },
  { number: 55, title: 'an unknown format is ignored instead of refused' },
  { number: 56, title: 'a forgotten instance is decided again', isSimulated: true },
  { number: 57, title: 'memory is not freed' },
  { number: 58, title: 'instances are applied out of order', isSimulated: true },
  { number: 59, title: 'a damaged row is served' },
  { number: 60, title: 'a state that is lost counts as held' },
  { number: 61, title: 'a peer forgets what its own host is not done with', isSimulated: true },
  { number: 62, title: 'a peer proposes for ever what the others have forgotten' },
  { number: 63, title: 'a decision is dropped only because memory is short' },
  { number: 64, title: 'the feature level rises though a server cannot run at the higher one' },
  {
    number: 65,
    title: 'a replica decides by its version instead of the feature level in the state',
    isSimulated: true,
  },
  { number: 66, title: 'a client or a server takes part in another cluster than its own' },
  { number: 67, title: "one client uses, guesses or evicts another's session" },
  { number: 68, title: 'a request is done that its user has no right to at its place in the log' },
  { number: 69, title: 'credentials that are wrong, over or guessed are accepted' },
  { number: 70, title: 'one client takes the memory or the turns of all others' },
  { number: 71, title: 'a value that cannot be applied is voted for or learned' },
  { number: 72, title: 'a backup lacks what was acknowledged, or is restored as something else' },
  { number: 73, title: 'a state is accepted that no server can load, or apply commands to' },
  { number: 74, title: 'an error that comes at every start ends a node, or destroys its data' },
  { number: 75, title: 'what one damaged peer claims keeps the others from serving' },
  {
    number: 76,
    title: 'one server stops serving for good, while the others go on',
    isSimulated: true,
  },
  {
    number: 77,
    title: 'a transaction takes effect in part, or by the wrong branch',
    isSimulated: true,
  },
];
