/** Recorded attacks: for each mutant of the page a run in which two peers decide differently. */

export interface Attack {
  /** The id of the mutant in `test/mutants`. */
  readonly mutant: string;
  /** The address of the run, as in the URL of the page, without the mutant. */
  readonly address: string;
}

/**
 * Most were found by `node test/dist/playground/hunt.js`. Run it again when the core or the simulator changes. Those on
 * `vote-is-no-promise` and `answer-counts-twice` were made by hand: random faults practically never find them.
 */
export const attacks: readonly Attack[] = [
  { mutant: 'promise-sinks', address: 's=10384&n=3&m=27&a=1x2.1~3p2.0.sq~10p1.0.pz' },
  {
    mutant: 'vote-is-no-promise',
    address: 's=16&n=3&m=39&a=1p0.0.a~3L0~7D2~8p1.0.b~10L4~15L6~19x1.0~20x1.2~21x0.1',
  },
  { mutant: 'vote-below-promise', address: 's=225&n=3&m=22&a=1p0.1.hp~2p2.1.bw~7L3' },
  { mutant: 'ballot-without-peer', address: 's=25&n=3&m=43&a=1p2.1.sd~16p1.0.wx~18p0.0.pk' },
  { mutant: 'ballots-tie', address: 's=45&n=3&m=22&a=1p0.0.tt~3p1.0.gs' },
  {
    mutant: 'answer-counts-twice',
    address: 's=59&n=5&m=31&a=1o01.234~2p0.0.a~7R1~13R4~14p2.0.b',
  },
  { mutant: 'half-is-a-quorum', address: 's=25587&n=4&m=35&a=1p2.1.mo~4p3.1.ut~10L6' },
  { mutant: 'quorum-one-short', address: 's=45&n=3&m=14&a=1p0.0.tt~3p1.0.gs' },
  { mutant: 'last-vote-wins', address: 's=57293&n=3&m=63&a=1p0.1.xk~5p2.1.em~19p1.1.lv~24p0.0.ma' },
  { mutant: 'first-vote-wins', address: 's=10462&n=5&m=85&a=1p1.0.eb~2p2.0.am' },
  { mutant: 'own-value-wins', address: 's=154&n=5&m=44&a=1p2.1.zo~19o2.4103~24p4.1.ww' },
  { mutant: 'log-promise-not-kept', address: 's=244&n=3&led=1&m=60&a=42p0.0.yn~57p1.0.xy' },
  { mutant: 'leader-forgets-votes', address: 's=289&n=3&led=1&m=94&a=1p0.1.cc~14c0~88p1.1.rg' },
  {
    mutant: 'votes-at-once-after-loss',
    address: 's=153&n=3&led=1&m=229&a=77p2.0.po~149w1~159w0~175r0~202r1~217p1.0.zv',
  },
];
