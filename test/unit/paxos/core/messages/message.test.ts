import { isAnswer, type Message, seqOf } from '@paxkv/paxos/core';
import { valuesIn } from '@paxkv/paxos/internal/core/messages/message';
import { expect } from 'chai';
import { ballot } from '../steps.ts';

const own = ballot(2, 0);
const vote = { ballot: own, value: 'v' };
const admission = { incarnation: 5, attempt: 6 };

/** Each message with the values of the log in it. */
const requests: readonly [Message<string>, readonly string[]][] = [
  [{ type: 'prepare', seq: 7, ballot: own }, []],
  [{ type: 'accept', seq: 7, ballot: own, value: 'a' }, ['a']],
  [{ type: 'decided', seq: 7, ballot: own }, []],
  [{ type: 'decided', seq: 7, ballot: own, value: 'a' }, ['a']],
  [{ type: 'learn', seq: 7, count: 1 }, []],
  [{ type: 'readIndex', id: 1 }, []],
  [{ type: 'preVote', id: 1 }, []],
  [{ type: 'prepareLog', ballot: own }, []],
  [{ type: 'heartbeat', ballot: own }, []],
  [{ type: 'transferLeadership', ballot: own }, []],
  [{ type: 'admit', ...admission }, []],
];
const answers: readonly [Message<string>, readonly string[]][] = [
  [{ type: 'promised', seq: 7, ballot: own }, []],
  [{ type: 'promised', seq: 7, ballot: own, vote }, ['v']],
  [{ type: 'accepted', seq: 7, ballot: own }, []],
  [{ type: 'rejected', seq: 7, ballot: own, promised: ballot(3, 1) }, []],
  [{ type: 'learned', seq: 7, values: ['a', 'b'] }, ['a', 'b']],
  [{ type: 'forgotten', seq: 7 }, []],
  [{ type: 'readIndexReply', id: 1, readIndex: 7, knownUpTo: 7 }, []],
  [{ type: 'preVoteGranted', id: 1 }, []],
  [{ type: 'logPromised', ballot: own, firstSeq: 7, votes: [{ seq: 7, vote }] }, ['v']],
  [{ type: 'logRejected', ballot: own, promised: ballot(3, 1) }, []],
  [{ type: 'heartbeatAck', ballot: own }, []],
  [{ type: 'admitted', ...admission, isMember: true, isNew: true, max: 7, round: 0 }, []],
  [{ type: 'staleIncarnation', ...admission, latest: 8 }, []],
];

describe('isAnswer', () => {
  for (const [message] of requests) {
    it(`takes ${message.type} for a request`, () => {
      expect(isAnswer(message)).to.equal(false);
    });
  }
  for (const [message] of answers) {
    it(`takes ${message.type} for an answer`, () => {
      expect(isAnswer(message)).to.equal(true);
    });
  }
});

describe('valuesIn', () => {
  for (const [message, values] of [...requests, ...answers]) {
    it(`finds ${values.length} in ${JSON.stringify(message)}`, () => {
      expect(valuesIn(message)).to.deep.equal(values);
    });
  }

  it('takes a null for a value', () => {
    const decided = { type: 'decided', seq: 7, ballot: own, value: null } as const;
    expect(valuesIn<string | null>(decided)).to.deep.equal([null]);
  });
});

describe('seqOf', () => {
  it('is the instance of a message that is about one', () => {
    expect(seqOf({ type: 'accepted', seq: 7, ballot: own })).to.equal(7);
    expect(seqOf({ type: 'heartbeat', ballot: own })).to.equal(undefined);
  });
});
