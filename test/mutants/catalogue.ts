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

const noMembership = 'the members are fixed when the cluster is made';

export const catalogue: readonly Mistake[] = [
  { number: 1, title: 'a promise is spoken of before it is durable, or sinks', isSimulated: true },
  { number: 2, title: 'a vote is spoken of before it is durable', isSimulated: true },
  { number: 3, title: 'a vote does not raise the promise', isSimulated: true },
  { number: 4, title: 'a ballot is used again after a restart', isSimulated: true },
  { number: 5, title: 'two nodes make the same ballot', isSimulated: true },
  { number: 6, title: 'a promise to an older ballot counts', isSimulated: true },
  { number: 7, title: 'votes of different ballots are added up', isSimulated: true },
  { number: 8, title: 'a repeated answer counts twice', isSimulated: true },
  { number: 9, title: 'the vote of the highest ballot does not win', isSimulated: true },
  { number: 10, title: 'a new leader forgets the instances it was told of', isSimulated: true },
  { number: 11, title: 'holes are not filled, so applying stalls', isSimulated: true },
  { number: 12, title: 'a noop overwrites a value', isSimulated: true },
  { number: 13, title: 'an outbid proposer goes on and wins', isSimulated: true },
  { number: 14, title: 'news of a decision is taken for an older vote', isSimulated: true },
  { number: 15, title: 'the own vote counts before it is durable', isSimulated: true },
  { number: 16, title: 'two quorums share nobody', isSimulated: true },
  { number: 17, title: 'a read is answered by one that was cut off', isSimulated: true },
  {
    number: 18,
    title: 'a lease rests on clocks',
    notYet: 'there are no leases: reads ask a quorum',
  },
  {
    number: 19,
    title: 'a read is confirmed by an answer asked for before it began',
    isSimulated: true,
  },
  { number: 20, title: 'reads are served before replay is finished', isSimulated: true },
  { number: 21, title: 'a read returns what was voted for and not decided', isSimulated: true },
  {
    number: 22,
    title: 'a failed conditional write leaves no trace',
    notYet: 'there are no conditional writes',
  },
  { number: 23, title: 'a decision is told to one node only', isSimulated: true },
  { number: 24, title: 'a retry takes effect twice', isSimulated: true },
  {
    number: 25,
    title: 'what was done is not replicated, not stored, or dropped early',
    isSimulated: true,
  },
  { number: 26, title: 'a retry gets the wrong reply' },
  { number: 27, title: 'the position is not atomic with the state', isSimulated: true },
  { number: 28, title: 'what is not durable counts as durable', isSimulated: true },
  { number: 29, title: 'applying is not deterministic', isSimulated: true },
  { number: 30, title: 'a passed-on state is of another instance than it says' },
  { number: 31, title: 'the log is cut though a lagging peer needs it', isSimulated: true },
  { number: 32, title: 'an older passed-on state overwrites newer state' },
  { number: 33, title: 'half a passed-on state is taken for a whole one' },
  { number: 34, title: 'two changes of membership overlap', notYet: noMembership },
  { number: 35, title: 'a removed node goes on', notYet: noMembership },
  { number: 36, title: 'a new member votes before it has the state', notYet: noMembership },
  { number: 37, title: 'a node with a wiped disk votes under its old name', isSimulated: true },
  { number: 38, title: 'a damaged record counts as the end of the log' },
  { number: 39, title: 'damaged state spreads to healthy nodes' },
  { number: 40, title: 'a write error is ignored', isSimulated: true },
  { number: 41, title: 'proposers duel for ever', isSimulated: true },
  { number: 42, title: 'elections never settle under partial connectivity' },
  { number: 43, title: 'a node that was cut off disturbs the leader' },
  { number: 44, title: 'a useless leader is never replaced' },
  { number: 45, title: 'a queue grows without bound' },
  { number: 46, title: 'a half-open connection counts as alive' },
  { number: 47, title: 'an old connection, or an old run, is heard after the new one' },
  { number: 48, title: 'a watcher misses events', notYet: 'there are no watches' },
  { number: 49, title: '"not done" is said of what happens later', isSimulated: true },
  {
    number: 50,
    title: 'a scan mixes two versions',
    notYet: 'there are no scans: each read is of one key',
  },
  { number: 51, title: 'each node expires keys by its own clock', notYet: 'keys do not expire' },
  { number: 52, title: 'a number grows beyond what is exact' },
  { number: 53, title: 'an error half-kills the node' },
  { number: 54, title: "another cluster's or node's messages or data are taken" },
  { number: 55, title: 'an unknown format is ignored instead of refused' },
  { number: 56, title: 'a forgotten instance is agreed on anew', isSimulated: true },
  { number: 57, title: 'memory is not freed' },
  { number: 58, title: 'instances are applied out of order', isSimulated: true },
  { number: 59, title: 'a damaged row is served' },
];
