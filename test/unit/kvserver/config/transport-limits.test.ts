import { defaultPeerLimits, frameBytesMax } from '@paxkv/kvserver/internal/config/transport-limits';
import { pack } from '@paxkv/kvserver/internal/transport/codec';
import { learnCountMax } from '@paxkv/paxos/core';
import { expect } from 'chai';
import { envelope } from '../transport/fixtures.ts';

describe('limits', () => {
  it('let the longest possible answer fit into a frame', () => {
    const limits = { ...defaultPeerLimits, valueBytesMax: 10_000 };
    const values = Array(learnCountMax).fill(new Uint8Array(10_000));
    const ends = { done: 2 ** 52, min: 2 ** 52 };
    const longest = pack(envelope({ type: 'learned', seq: 2 ** 52, values }, ends));
    expect(longest.byteLength).to.be.above(160_000).and.at.most(frameBytesMax(limits));
  });

  it('ping often enough to hear from a live connection before giving it up', () => {
    const { pingIntervalMs, silenceMsMax } = defaultPeerLimits;
    expect(2 * pingIntervalMs).to.be.below(silenceMsMax);
  });
});
