/** The bounds of sessions, and what they count. */
import type { LoggedRequest } from '@paxkv/kvserver/internal/state-machine/batch';
import {
  type SessionLimits,
  Sessions,
  sessionLimits,
} from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import { Store } from '@paxkv/kvserver/internal/state-machine/store/store';
import { expect } from 'chai';
import { append, FixedCache, openSession, put, stamped } from '../fixtures.ts';

/** So many sessions of feature level 1, and a store with the key `k`. */
function opened(count: number, limits: SessionLimits) {
  const sessions = new Sessions({ next: 1, uses: 0 }, [], { limits });
  const cache = new FixedCache({ k: undefined });
  const store = new Store(0, cache);
  const apply = (request: LoggedRequest) =>
    sessions.apply(request, cache.slotsOf(request.command), store);
  for (let each = 0; each < count; each += 1) apply({ command: openSession() });
  return { sessions, apply };
}

describe('The limits of sessions', () => {
  it('has no bounds on bytes and owners before there are owners, as in logs of that level', () => {
    const none = { ownerSessionCountMax: 1, cachedReplyBytesMax: 1, sessionReplyBytesMax: 1 };
    const { sessions, apply } = opened(3, { ...sessionLimits, ...none });
    const first = apply(stamped(append('k', 'a'), [1, 1]));
    apply(stamped(append('k', 'b'), [1, 2]));
    expect(sessions.count).to.equal(3);
    expect(apply(stamped(append('k', 'a'), [1, 1]))).to.deep.equal(first);
  });

  it('counts sessions and their uses, each once', () => {
    const { sessions, apply } = opened(2, sessionLimits);
    apply(stamped(put('k', 'v'), [1, 1]));
    apply(stamped(put('k', 'v'), [9, 1]));
    expect(sessions.counts).to.deep.equal({ next: 3, uses: 3 });
  });

  it('reports each change once', () => {
    const { sessions, apply } = opened(2, sessionLimits);
    expect(sessions.takeChanges().map(([id]) => id)).to.deep.equal([1, 2]);
    expect(sessions.takeChanges()).to.deep.equal([]);
    apply(stamped(put('k', 'v'), [2, 1]));
    expect(sessions.takeChanges().map(([id]) => id)).to.deep.equal([2]);
  });

  it('stops before it counts a use beyond exact integers', () => {
    const sessions = new Sessions({ next: 1, uses: Number.MAX_SAFE_INTEGER });
    const store = new Store(0, new FixedCache({}));
    const open = () => sessions.apply({ command: openSession() }, [], store);
    expect(open).to.throw(/counted exactly/);
  });
});
