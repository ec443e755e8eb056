import {
  payloadBytesOf,
  withinLearnedBytes,
} from '@paxkv/kvserver/internal/transport/message-size';
import type { Envelope, Message } from '@paxkv/paxos/core';
import { expect } from 'chai';

const ballot = { round: 1, peer: 0 };
const mebibyte = 2 ** 20;

function envelope(message: Message<Uint8Array>): Envelope<Uint8Array> {
  const mark = { incarnations: [1, 1, 1], writeIndex: 0, acknowledgedIndex: 0 };
  const progress = { done: -1, min: 0, floor: 0, everyPeerMin: 0, stateEpoch: 0 };
  return { from: 0, to: 1, ...progress, mark, message };
}

function learned(...sizes: readonly number[]): Envelope<Uint8Array> {
  return envelope({ type: 'learned', seq: 3, values: sizes.map((size) => new Uint8Array(size)) });
}

function sizesIn({ message }: Envelope<Uint8Array>): number[] {
  return message.type === 'learned' ? message.values.map(({ length }) => length) : [];
}

describe('the size of a message', () => {
  it('is that of its values and rows', () => {
    const value = new Uint8Array(5);
    const vote = { ballot, value };
    expect(payloadBytesOf(envelope({ type: 'accept', seq: 1, ballot, value }))).to.equal(5);
    expect(payloadBytesOf(envelope({ type: 'decided', seq: 1, ballot }))).to.equal(0);
    expect(payloadBytesOf(envelope({ type: 'promised', seq: 1, ballot, vote }))).to.equal(5);
    expect(payloadBytesOf(envelope({ type: 'promised', seq: 1, ballot }))).to.equal(0);
    expect(payloadBytesOf(learned(2, 3, 4))).to.equal(9);
    const votes = [
      { seq: 1, vote },
      { seq: 2, vote },
    ];
    const promised = { type: 'logPromised', ballot, firstSeq: 1, votes } as const;
    expect(payloadBytesOf(envelope(promised))).to.equal(10);
    expect(payloadBytesOf({ type: 'forward', runId: 1, number: 1, value })).to.equal(5);
    expect(payloadBytesOf({ type: 'release', transfer: 1 })).to.equal(0);
    const rows = [[value, new Uint8Array(2)]] as const;
    const place = { transfer: 1, attempt: 0, page: 0, applied: 1, total: 1 };
    expect(payloadBytesOf({ type: 'page', ...place, rows, isLast: true })).to.equal(7);
    const logPage = { type: 'logPage', transfer: 1, seq: 0, applied: 1 } as const;
    expect(payloadBytesOf({ ...logPage, values: [value, value] })).to.equal(10);
  });
});

describe('an answer to a server that catches up', () => {
  it('is left alone up to its limit', () => {
    for (const answer of [learned(1, 2, 3), learned(mebibyte, mebibyte), learned(3 * mebibyte)]) {
      expect(withinLearnedBytes(answer)).to.equal(answer);
    }
  });

  it('has fewer values above it, the first ones, and at least one', () => {
    const values = [mebibyte, mebibyte, 1, mebibyte];
    expect(sizesIn(withinLearnedBytes(learned(...values)))).to.deep.equal([mebibyte, mebibyte]);
    expect(sizesIn(withinLearnedBytes(learned(3 * mebibyte, 1)))).to.deep.equal([3 * mebibyte]);
    expect(withinLearnedBytes(learned(...values)).message).to.include({ type: 'learned', seq: 3 });
  });
});
