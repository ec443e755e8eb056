import type { LoggedRequest } from '@paxkv/kvserver/internal/state-machine/batch';
import { bytesOf, keptPart } from '@paxkv/kvserver/internal/state-machine/sessions/kept-reply';
import { Session } from '@paxkv/kvserver/internal/state-machine/sessions/session';
import { Sessions, sessionLimits } from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import { Store } from '@paxkv/kvserver/internal/state-machine/store/store';
import {
  type OperationReply,
  pack,
  sessionWindowMax,
  transactionDepthMax,
  unpack,
  type WriteReply,
} from '@paxkv/protocol';
import { expect } from 'chai';
import { bytes, FixedCache, openSession, plain, put, stamped, transaction } from '../fixtures.ts';

/** A reply of so many bytes, as they are counted. */
function replyOf(byteCount: number): WriteReply & { readonly type: 'transact' } {
  const make = (length: number) => {
    const entry = { value: new Uint8Array(length), createRevision: 1, modRevision: 1, version: 1 };
    const results = [{ type: 'get', entry }] as const;
    return { type: 'transact', passed: true, revision: 7, results } as const;
  };
  // The header of the value and that of the results take more bytes as they grow.
  let length = byteCount;
  while (bytesOf(make(length)) > byteCount) length -= 1;
  return make(length);
}

const [sessionBytesMax, smallBytesMax] = [16 * 1024, 80];

describe('The reply', () => {
  it('of a transaction is kept whole up to its limit, and without results above it', () => {
    const [whole, larger] = [replyOf(1024), replyOf(1025)];
    expect([bytesOf(whole), bytesOf(larger)]).to.deep.equal([1024, 1025]);
    expect(keptPart(whole, 0)).to.equal(whole);
    expect(keptPart(larger, 0)).to.deep.equal({ ...larger, results: null });
    expect(bytesOf(keptPart(larger, 0))).to.equal(64);
  });

  it('of a transaction is kept whole as long as those of its session are small together, or if it is itself', () => {
    const isWhole = (reply: WriteReply, sessionBytes: number) =>
      keptPart(reply, sessionBytes) === reply;
    const reply = replyOf(smallBytesMax + 1);
    expect(isWhole(reply, sessionBytesMax - bytesOf(reply))).to.equal(true);
    expect(isWhole(reply, sessionBytesMax - bytesOf(reply) + 1)).to.equal(false);
    expect(isWhole(replyOf(smallBytesMax), 96 * 1024)).to.equal(true);
  });

  for (const size of [smallBytesMax, 100, 500, 1024, 5000]) {
    it(`of ${size} bytes to each request of a whole window displaces no other`, () => {
      const session = new Session('id', 'tester', 'owner');
      for (let number = sessionWindowMax; number >= 1; number -= 1) {
        expect(session.admits(number), `${number}`).to.equal(true);
        const reply = keptPart(replyOf(size), session.cachedReplyBytes);
        session.cacheReply({ number, digest: 1, reply });
        session.limitReplies(sessionLimits.sessionReplyBytesMax);
      }
      expect(session.cachedReplyCount).to.equal(sessionWindowMax);
    });
  }

  it('of the deepest transaction is read again after a restart', () => {
    const entry = { value: bytes('v'), createRevision: 1, modRevision: 2, version: 3 };
    let results: readonly OperationReply[] = [{ type: 'get', entry }];
    const outer = { type: 'transact', passed: true, revision: 7 } as const;
    for (let depth = 1; depth < transactionDepthMax; depth += 1) results = [{ ...outer, results }];
    const session = new Session('id', 'tester', 'owner');
    session.touch(1);
    session.cacheReply({ number: 1, digest: 1, reply: { ...outer, results } });
    const row = Uint8Array.from(pack(session.toRow()));
    const { reply } = Session.fromRow('id', unpack(row)).cachedReply(1) ?? {};
    expect(plain(reply)).to.deep.equal(plain({ ...outer, results }));
  });

  it('of any other write is kept whole', () => {
    const replies: WriteReply[] = [
      { type: 'put', revision: 1 },
      { type: 'refused', reason: 'notACounter' },
    ];
    for (const reply of replies) expect(keptPart(reply, 96 * 1024)).to.equal(reply);
    expect(replies.map(bytesOf)).to.deep.equal([64, 64 + 'notACounter'.length]);
  });

  it('repeats that a condition did not hold, though it would hold by now', () => {
    const cache = new FixedCache({ k: undefined });
    const [sessions, store] = [new Sessions({ next: 1, uses: 0 }), new Store(0, cache)];
    const apply = (request: LoggedRequest) =>
      sessions.apply(request, cache.slotsOf(request.command), store);
    apply({ command: openSession() });
    const isPresent = { key: bytes('k'), of: 'version', is: '>', to: 0 } as const;
    const command = transaction({ if: [isPresent], then: [put('k', 'late')] });
    const failed = { type: 'transact', passed: false, revision: 0, results: [] };
    expect(apply(stamped(command, [1, 1]))).to.deep.equal(failed);
    apply({ command: put('k', 'v') });
    expect(apply(stamped(command, [1, 1]))).to.deep.equal(failed);
    expect(cache.find('k')?.entry?.value).to.equal('v');
  });
});
