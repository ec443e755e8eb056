import { defaultPeerLimits } from '@paxkv/kvserver/internal/config/transport-limits';
import { PlausibilityBounds } from '@paxkv/kvserver/internal/transport/plausibility';
import type { Message } from '@paxkv/paxos';
import { expect } from 'chai';
import { envelope, learn } from './fixtures.ts';

const { seqAheadMax, roundAheadMax } = defaultPeerLimits;
const value = new Uint8Array();

describe('PlausibilityBounds', () => {
  it('finds an instance implausible that is too far beyond the highest one mentioned', () => {
    const horizon = new PlausibilityBounds(defaultPeerLimits);
    horizon.observe(learn(100));
    expect(horizon.refusalReason(learn(100 + seqAheadMax))).to.equal(undefined);
    expect(horizon.refusalReason(learn(101 + seqAheadMax))).to.equal(
      'an instance above 4294967396',
    );
  });

  it('judges done and min like instances', () => {
    const horizon = new PlausibilityBounds(defaultPeerLimits);
    horizon.observe(learn(0));
    const message = { type: 'forgotten', seq: 0 } as const;
    for (const far of [{ done: seqAheadMax + 1 }, { min: seqAheadMax + 1 }]) {
      expect(horizon.refusalReason(envelope(message, far))).to.be.a('string');
    }
  });

  it('does not move by what it found implausible, nor by asking', () => {
    const horizon = new PlausibilityBounds(defaultPeerLimits);
    horizon.observe(learn(0));
    expect(horizon.refusalReason(learn(seqAheadMax))).to.equal(undefined);
    expect(horizon.refusalReason(learn(seqAheadMax + 1))).to.be.a('string');
    expect(horizon.refusalReason(learn(seqAheadMax + 1))).to.be.a('string');
  });

  it('believes the first message how far the others are, so that a restarted server is not left out', () => {
    const message = { type: 'learn', seq: 2 ** 40 + 5, count: 1 } as const;
    expect(
      new PlausibilityBounds(defaultPeerLimits).refusalReason(envelope(message, { min: 2 ** 40 })),
    ).to.equal(undefined);
    expect(
      new PlausibilityBounds(defaultPeerLimits).refusalReason(envelope(message, { min: 0 })),
    ).to.be.a('string');
  });

  it('finds a round implausible in whichever ballot of a message it is', () => {
    const fair = { round: 1, peer: 0 };
    const far = { round: 6 + roundAheadMax, peer: 0 };
    const messages: Message<Uint8Array>[] = [
      { type: 'prepare', seq: 0, ballot: far },
      { type: 'promised', seq: 0, ballot: far },
      { type: 'promised', seq: 0, ballot: fair, vote: { ballot: far, value } },
      { type: 'accept', seq: 0, ballot: far, value },
      { type: 'accept', seq: 0, ballot: fair, value, decided: [{ seq: 0, ballot: far }] },
      { type: 'accepted', seq: 0, ballot: far },
      { type: 'rejected', seq: 0, ballot: far, promised: fair },
      { type: 'rejected', seq: 0, ballot: fair, promised: far },
      { type: 'decided', seq: 0, ballot: far },
    ];
    for (const message of messages) {
      const horizon = new PlausibilityBounds(defaultPeerLimits);
      horizon.observe(envelope({ type: 'prepare', seq: 0, ballot: { round: 5, peer: 0 } }));
      expect(horizon.refusalReason(envelope(message)), message.type).to.be.a('string');
      horizon.observe(envelope({ type: 'prepare', seq: 0, ballot: { round: 6, peer: 0 } }));
      expect(horizon.refusalReason(envelope(message)), message.type).to.equal(undefined);
    }
  });

  it('finds no fault with the rounds of messages that have none', () => {
    const horizon = new PlausibilityBounds(defaultPeerLimits);
    expect(horizon.refusalReason(envelope({ type: 'learned', seq: 0, values: [value] }))).to.equal(
      undefined,
    );
    expect(horizon.refusalReason(envelope({ type: 'forgotten', seq: 0 }))).to.equal(undefined);
  });
});
