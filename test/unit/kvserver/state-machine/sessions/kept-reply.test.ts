import { bytesOf, keptPart } from '@paxkv/kvserver/internal/state-machine/sessions/kept-reply';
import { Sessions } from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import { Store } from '@paxkv/kvserver/internal/state-machine/store/store';
import type { Request, WriteReply } from '@paxkv/protocol';
import { expect } from 'chai';
import { bytes, FixedCache, openSession, put, stamped, transaction } from '../fixtures.ts';

/** A reply of so many bytes, as they are counted. */
function replyOf(byteCount: number): WriteReply & { readonly type: 'transact' } {
  const make = (length: number) => {
    const entry = { value: new Uint8Array(length), createRevision: 1, modRevision: 1, version: 1 };
    const results = [{ type: 'get', entry }] as const;
    return { type: 'transact', passed: true, revision: 7, results } as const;
  };
  const overhead = bytesOf(make(300)) - 300;
  return make(byteCount - overhead);
}

describe('The reply', () => {
  it('of a transaction is kept whole up to its limit, and without results above it', () => {
    const [whole, larger] = [replyOf(1024), replyOf(1025)];
    expect([bytesOf(whole), bytesOf(larger)]).to.deep.equal([1024, 1025]);
    expect(keptPart(whole)).to.equal(whole);
    expect(keptPart(larger)).to.deep.equal({ ...larger, results: null });
    expect(bytesOf(keptPart(larger))).to.equal(64);
  });

  it('of any other write is kept whole', () => {
    const replies: WriteReply[] = [
      { type: 'put', revision: 1 },
      { type: 'refused', reason: 'notACounter' },
    ];
    for (const reply of replies) expect(keptPart(reply)).to.equal(reply);
    expect(replies.map(bytesOf)).to.deep.equal([64, 64 + 'notACounter'.length]);
  });

  it('repeats that a condition did not hold, though it would hold by now', () => {
    const cache = new FixedCache({ k: undefined });
    const [sessions, store] = [new Sessions({ next: 1, uses: 0 }), new Store(0, cache)];
    const apply = (request: Request) =>
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
