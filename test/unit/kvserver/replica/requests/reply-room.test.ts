import { withRoom } from '@paxkv/kvserver/internal/replica/requests/reply-room';
import { bytesReadIn, type OperationReply, type ReplyOf } from '@paxkv/protocol';
import { expect } from 'chai';

const versions = { createRevision: 1, modRevision: 1, version: 1 };
const found = (length: number): OperationReply => ({
  type: 'get',
  entry: { value: new Uint8Array(length), ...versions },
});
const done = (...results: readonly OperationReply[]): ReplyOf<'transact'> => ({
  ...{ type: 'transact', passed: true, revision: 7 },
  results,
});
const put = { type: 'put', revision: 7 } as const;

describe('The reply to a transaction', () => {
  it('counts the bytes of all values in it', () => {
    const absent = { type: 'get', entry: undefined } as const;
    expect(bytesReadIn(done(found(3), put, absent, done(found(5), done(found(7)))))).to.equal(15);
    expect(bytesReadIn({ ...done(), results: null })).to.equal(0);
  });

  it('takes room for what was read, and has no results if there is none', () => {
    const asked: number[] = [];
    const roomFor = (most: number) => ({
      reserve: (bytes: number) => asked.push(bytes) > 0 && bytes <= most,
    });
    const reply = done(found(3), put, found(4));
    expect(withRoom(reply, roomFor(7))).to.equal(reply);
    expect(withRoom(reply, roomFor(6))).to.deep.equal({ ...reply, results: null });
    expect(withRoom(reply, undefined)).to.equal(reply);
    expect(asked).to.deep.equal([7, 7]);
  });

  it('needs no room if it has read nothing, nor does any other reply that waits for none', () => {
    const none = { reserve: () => expect.fail('asked for room') };
    for (const reply of [done(put), done(found(0)), put, found(9)]) {
      expect(withRoom(reply, none)).to.equal(reply);
    }
  });
});
