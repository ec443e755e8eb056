import type { Envelope, Message } from '@paxkv/paxos/core';
import {
  highestRound,
  highestSeq,
  ownBallot,
  trimmed,
} from '@paxkv/paxos/internal/core/plausibility/named-numbers';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../../contracts/plain-mark.ts';
import { ballot } from '../steps.ts';

const [low, high] = [ballot(3, 1), ballot(9, 2)];
const admission = { incarnation: 5, attempt: 6 };

/** Each message with the highest seq and the highest round in it, and whether only its proposer sends it. */
const samples: readonly [Message<string>, number, number, boolean][] = [
  [{ type: 'prepare', seq: 4, ballot: low }, 4, 3, true],
  [{ type: 'promised', seq: 4, ballot: low }, 4, 3, false],
  [{ type: 'promised', seq: 4, ballot: low, vote: { ballot: high, value: 'v' } }, 4, 9, false],
  [{ type: 'accept', seq: 4, ballot: low, value: 'v', knownUpTo: 99 }, 4, 3, true],
  [
    { type: 'accept', seq: 4, ballot: low, value: 'v', decided: [{ seq: 8, ballot: high }] },
    8,
    9,
    true,
  ],
  [{ type: 'accepted', seq: 4, ballot: low }, 4, 3, false],
  [{ type: 'rejected', seq: 4, ballot: low, promised: high }, 4, 9, false],
  [{ type: 'rejected', seq: 4, ballot: low, promised: low, logPromise: high }, 4, 9, false],
  [{ type: 'decided', seq: 4, ballot: low }, 4, 3, false],
  [{ type: 'learn', seq: 4, count: 16 }, 4, 0, false],
  [{ type: 'learned', seq: 4, values: ['a', 'b', 'c'] }, 6, 0, false],
  [{ type: 'forgotten', seq: 4 }, 4, 0, false],
  [{ type: 'preVote', id: 1e9 }, -1, 0, false],
  [{ type: 'preVoteGranted', id: 1e9 }, -1, 0, false],
  [{ type: 'prepareLog', ballot: low }, -1, 3, true],
  [{ type: 'logPromised', ballot: low, firstSeq: 7, votes: [] }, 6, 3, false],
  [
    {
      type: 'logPromised',
      ballot: low,
      firstSeq: 7,
      votes: [{ seq: 8, vote: { ballot: high, value: 'v' } }],
    },
    8,
    9,
    false,
  ],
  [{ type: 'logRejected', ballot: low, promised: high }, -1, 9, false],
  [{ type: 'heartbeat', ballot: low, knownUpTo: 99 }, -1, 3, true],
  [{ type: 'heartbeatAck', ballot: low }, -1, 3, false],
  [{ type: 'transferLeadership', ballot: low }, -1, 3, true],
  [{ type: 'readIndex', id: 1e9 }, -1, 0, false],
  [{ type: 'readIndexReply', id: 1e9, readIndex: 7, knownUpTo: 99 }, 7, 0, false],
  [{ type: 'admit', ...admission }, -1, 0, false],
  [
    { type: 'admitted', ...admission, isMember: true, isNew: true, max: 99, round: 9 },
    -1,
    9,
    false,
  ],
  [{ type: 'staleIncarnation', ...admission, latest: 8 }, -1, 0, false],
];

function envelope(message: Message<string>, told = {}): Envelope<string> {
  return { from: 1, to: 0, ...nothingForgotten, ...told, mark: plainMark(), message };
}

describe('the numbers that a message names', () => {
  for (const [message, seq, round, isOwn] of samples) {
    it(`are found in ${JSON.stringify(message)}`, () => {
      expect(highestSeq(message)).to.equal(seq);
      expect(highestRound(message)).to.equal(round);
      expect(ownBallot(message) !== undefined).to.equal(isOwn);
    });
  }
});

describe('trimmed', () => {
  const heartbeat: Message<string> = { type: 'heartbeat', ballot: low, knownUpTo: 99 };

  it('leaves an envelope as it is that names nothing above the limit', () => {
    const fine = envelope(heartbeat, { done: 99, floor: 99, min: 99, everyPeerMin: 99 });
    expect(trimmed(fine, 99)).to.equal(fine);
  });

  it('lowers what tells how far the sender has come, and nothing else', () => {
    const told = { done: 40, floor: 30, min: 20, everyPeerMin: 10, stateEpoch: 50 };
    expect(trimmed(envelope(heartbeat, told), 25)).to.deep.equal(
      envelope({ ...heartbeat, knownUpTo: 25 }, { ...told, done: 25, floor: 25 }),
    );
    const admitted: Message<string> = {
      ...{ type: 'admitted', ...admission, isMember: true, isNew: true, round: 9 },
      max: 99,
    };
    expect(trimmed(envelope(admitted, told), 5).message).to.equal(admitted);
  });
});
