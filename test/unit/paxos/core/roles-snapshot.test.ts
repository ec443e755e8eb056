import { messageLimitsDefault, type PeerRecord } from '@paxkv/paxos/core';
import { createRoles, type Roles } from '@paxkv/paxos/internal/core/roles';
import {
  type RolesSnapshot,
  resumeRoles,
  snapshotOf,
} from '@paxkv/paxos/internal/core/roles-snapshot';
import { expect } from 'chai';
import { ballot, constantRandom } from './steps.ts';

type Snapshot = RolesSnapshot<string>;

const peers = [0, 1, 2];

/** A snapshot in which no two numbers of a role are the same. `at` tells it from others. */
function snapshotAt(
  at: number,
  role: Snapshot['leader']['role'],
  phases: readonly Snapshot['proposer']['records'][number][1]['phase'][],
): Snapshot {
  const vote = { ballot: ballot(at, 2), value: `vote ${at}` };
  const outcome = { seq: at, ballot: ballot(at, 0) };
  const notice = { type: 'decided', seq: at, ballot: ballot(at, 0) } as const;
  const record = (peer: number): PeerRecord => ({ incarnation: at + peer, writeIndex: at + 9 });
  const budget = (left: number) => ({ left: at + left, filledAt: at + left + 1 });
  const admitted = { incarnation: at, attempt: at + 1, isMember: true, isNew: false } as const;
  return {
    acceptor: {
      instances: { records: [[at + 5, { promised: ballot(at, 1), vote }]], min: at },
      logPromise: ballot(at + 1, 1),
      highestVoted: at + 6,
    },
    agreement: { max: at + 7 },
    ballots: { floor: at + 1, reserved: at + 3, durable: at + 2 },
    catchUp: {
      reported: [[1, at + 1]],
      knownUpTo: [[1, at + 2]],
      min: [[2, at + 3]],
      lacks: [[2, at + 4]],
      pending: { seq: at + 5, to: 1, until: at + 6 },
      attempt: at + 7,
      rotation: at + 8,
      noticesSent: { upTo: at + 9, at: at + 10 },
    },
    decisions: {
      retries: [[`1:${at}`, { to: 1, notice, attempt: 2, wakeAt: at + 5 }]],
      piggybacked: {
        unsent: [
          [1, [outcome]],
          [2, []],
        ],
        wakeAt: at + 3,
      },
    },
    delays: { slowestMs: at + 1, waitMs: at + 2 },
    leader: {
      role,
      seen: ballot(at + 2, 1),
      answeredAt: [[1, at + 3]],
      preVoteId: at + 4,
      failureDetector: {
        leader: { ballot: ballot(at, 1), heardAt: at + 5 },
        lost: { ballot: ballot(at, 2), until: at + 6 },
        wakeAt: at + 7,
        tryCount: at + 8,
        hasBackedOff: at % 2 === 0,
      },
    },
    learner: {
      values: {
        values: { records: [[at + 1, `value ${at}`]], min: at },
        bytes: at + 2,
        start: at + 3,
        counted: { instances: at + 4, bytes: at + 5 },
      },
      firstMissing: at + 6,
      firstMissingAhead: at + 7,
      highest: at + 8,
    },
    participation: {
      incarnations: { peers: peers.map(record), isNoted: at % 2 === 0 },
      rejoin: {
        incarnation: { type: 'incarnation', incarnation: at, attempt: at + 1, isNew: false },
        answers: [[1, { type: 'admitted', ...admitted, max: at + 2, round: at + 3, min: at }]],
        tryCount: at + 4,
        wakeAt: at + 5,
      },
      memory: at % 2 === 0 ? 'kept' : 'lost',
    },
    plausibility: {
      rounds: budget(10),
      budgets: peers.map((peer) => ({
        incarnations: budget(20 + peer),
        epochs: budget(30 + peer),
        writes: budget(40 + peer),
      })),
      done: [-1, at + 1, at + 2],
      round: at + 3,
      ownSeq: at + 4,
    },
    proposer: {
      records: phases.map((phase, index) => [
        at + index,
        { seq: at + index, ownValue: `own ${at}`, phase, attempt: at + 20, wakeAt: at + 30 },
      ]),
      min: at,
    },
    quorumRead: {
      lastId: at + 1,
      pending: {
        ...{ id: at + 2, asked: [2], attempt: at + 3, wakeAt: at + 4 },
        answers: [[0, at + 5]],
      },
      slow: [at % 2 === 0 ? 1 : 2],
    },
    truncation: { done: [[1, at + 1]], everyPeerMin: at + 2, floor: at + 4, min: at + 3 },
  };
}

const promises = (at: number) => ({
  ballot: ballot(at, 0),
  acceptors: [0, 2],
  votes: [[at + 1, { ballot: ballot(at, 1), value: `reported ${at}` }]] as [
    number,
    { ballot: ReturnType<typeof ballot>; value: string },
  ][],
  firstSeq: at + 2,
});

const preparing = { name: 'preparing', ballot: ballot(3, 0), answers: [1] } as const;
const everyPhase: Parameters<typeof snapshotAt>[2] = [
  { ...preparing, answers: [1], highestVote: { ballot: ballot(2, 1), value: 'v' } },
  { name: 'accepting', ballot: ballot(4, 0), answers: [0, 2], value: 'w', sentAt: 12 },
  { name: 'backingOff', seen: ballot(5, 2) },
];

const everyRole: readonly Snapshot['leader']['role'][] = [
  { name: 'follower' },
  { name: 'preCandidate', id: 3, grants: [0, 2] },
  { name: 'candidate', until: 17, promises: promises(60) },
  { name: 'leader', promises: promises(70), requestedAt: 18, checkAt: 19 },
  { name: 'leader', promises: promises(80), requestedAt: undefined, checkAt: 20 },
];

describe('A snapshot of the roles', () => {
  let roles: Roles<string>;

  beforeEach(() => {
    roles = createRoles<string>({
      ...{ me: 0, peerCount: 3, random: constantRandom, memory: 'new', isCandidate: true },
      ...{ instanceLeapMax: 1024, messageLimits: messageLimitsDefault },
      retention: { type: 'everyPeer' },
    });
  });

  for (const [index, role] of everyRole.entries()) {
    it(`replaces all that they knew, and is the one that they then have: ${role.name} ${index}`, () => {
      const other = everyRole[(index + 1) % everyRole.length] ?? role;
      for (const snapshot of [
        snapshotAt(1001, other, everyPhase.toReversed()),
        snapshotAt(100, role, everyPhase),
      ]) {
        resumeRoles(roles, snapshot);
        expect(snapshotOf(roles)).to.deep.equal(snapshot);
      }
      expect(roles.participation.mark(1, 0).incarnations).to.deep.equal([100, 101, 102]);
    });
  }

  it('is plain data, which JSON holds', () => {
    for (const role of everyRole) {
      resumeRoles(roles, snapshotAt(100, role, everyPhase));
      const snapshot = snapshotOf(roles);
      const text = JSON.stringify(snapshot);
      expect(text).to.not.contain('null');
      resumeRoles(roles, JSON.parse(text));
      expect(JSON.stringify(snapshotOf(roles))).to.equal(text);
    }
  });
});
