import { startPosition } from '@paxkv/kvserver/internal/state-machine/state-store';
import { expect } from 'chai';

describe('The position before the first instance', () => {
  it('is the same in every version: ids of sessions, uses and state hashes count from it', () => {
    expect(startPosition).to.deep.equal({
      applied: -1,
      revision: 0,
      sessions: { next: 1, uses: 0 },
      featureLevel: 1,
      incarnation: undefined,
      stateHash: new Uint8Array(32),
    });
  });
});
