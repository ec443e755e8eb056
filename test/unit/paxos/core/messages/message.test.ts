import { isAnswer, type Message } from '@paxkv/paxos/core';
import { expect } from 'chai';
import { ballot } from '../steps.ts';

const own = ballot(2, 0);
const requests: Message<string>[] = [
  { type: 'prepare', seq: 0, ballot: own },
  { type: 'accept', seq: 0, ballot: own, value: 'a' },
  { type: 'decided', seq: 0, ballot: own },
  { type: 'learn', seq: 0, count: 1 },
];
const answers: Message<string>[] = [
  { type: 'promised', seq: 0, ballot: own },
  { type: 'accepted', seq: 0, ballot: own },
  { type: 'rejected', seq: 0, ballot: own, promised: ballot(3, 1) },
  { type: 'learned', seq: 0, values: ['a'] },
  { type: 'forgotten', seq: 0 },
];

describe('isAnswer', () => {
  for (const message of requests) {
    it(`takes ${message.type} for a request`, () => {
      expect(isAnswer(message)).to.equal(false);
    });
  }
  for (const message of answers) {
    it(`takes ${message.type} for an answer`, () => {
      expect(isAnswer(message)).to.equal(true);
    });
  }
});
