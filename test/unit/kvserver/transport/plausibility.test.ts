import { defaultPeerLimits } from '@paxkv/kvserver/internal/config/transport-limits';
import { PlausibilityBounds } from '@paxkv/kvserver/internal/transport/plausibility';
import type { Message } from '@paxkv/paxos';
import { expect } from 'chai';
import { envelope, learn } from './fixtures.ts';

const { seqAheadMax, roundAheadMax } = defaultPeerLimits;
const value = new Uint8Array();

describe('PlausibilityBounds', () => {
  it('rejects an instance too far above the highest one seen', () => {
    const bounds = new PlausibilityBounds(defaultPeerLimits);
    bounds.observe(learn(100));
    expect(bounds.refusalReason(learn(100 + seqAheadMax))).to.equal(undefined);
    expect(bounds.refusalReason(learn(101 + seqAheadMax))).to.equal('an instance above 4294967396');
  });

  it('checks done, floor, min and everyPeerMin like instances', () => {
    const bounds = new PlausibilityBounds(defaultPeerLimits);
    bounds.observe(learn(0));
    const message = { type: 'forgotten', seq: 0 } as const;
    for (const name of ['done', 'floor', 'min', 'everyPeerMin'] as const) {
      const far = { [name]: seqAheadMax + 1 };
      expect(bounds.refusalReason(envelope(message, far)), name).to.be.a('string');
    }
  });

  it('is not moved by implausible messages, nor by checks', () => {
    const bounds = new PlausibilityBounds(defaultPeerLimits);
    bounds.observe(learn(0));
    expect(bounds.refusalReason(learn(seqAheadMax))).to.equal(undefined);
    expect(bounds.refusalReason(learn(seqAheadMax + 1))).to.be.a('string');
    expect(bounds.refusalReason(learn(seqAheadMax + 1))).to.be.a('string');
  });

  it('accepts any position in the first message, so that a restarted server is not excluded', () => {
    const message = { type: 'learn', seq: 2 ** 40 + 5, count: 1 } as const;
    expect(
      new PlausibilityBounds(defaultPeerLimits).refusalReason(
        envelope(message, { floor: 2 ** 40 }),
      ),
    ).to.equal(undefined);
    expect(
      new PlausibilityBounds(defaultPeerLimits).refusalReason(envelope(message, { floor: 0 })),
    ).to.be.a('string');
  });

  it('accepts any position in the first message of each other server, whatever was sent before', () => {
    const bounds = new PlausibilityBounds(defaultPeerLimits);
    const message = { type: 'learn', seq: 2 ** 40 + 5, count: 1 } as const;
    bounds.observe({ ...learn(0), from: 0, to: 1 });
    bounds.observe({ ...learn(0), from: 2, to: 0 });
    const far = { ...envelope(message, { floor: 2 ** 40 }), from: 1, to: 0 };
    expect(bounds.refusalReason(far)).to.equal(undefined);
    expect(bounds.refusalReason({ ...far, from: 2 })).to.be.a('string');
    bounds.observe(far);
    const further = { ...far, floor: 2 ** 41, message: { ...message, seq: 2 ** 41 } };
    expect(bounds.refusalReason(further)).to.be.a('string');
  });

  it('rejects an implausible round in any ballot of a message', () => {
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
      const bounds = new PlausibilityBounds(defaultPeerLimits);
      bounds.observe(envelope({ type: 'prepare', seq: 0, ballot: { round: 5, peer: 0 } }));
      expect(bounds.refusalReason(envelope(message)), message.type).to.be.a('string');
      bounds.observe(envelope({ type: 'prepare', seq: 0, ballot: { round: 6, peer: 0 } }));
      expect(bounds.refusalReason(envelope(message)), message.type).to.equal(undefined);
    }
  });

  it('accepts messages without rounds', () => {
    const bounds = new PlausibilityBounds(defaultPeerLimits);
    expect(bounds.refusalReason(envelope({ type: 'learned', seq: 0, values: [value] }))).to.equal(
      undefined,
    );
    expect(bounds.refusalReason(envelope({ type: 'forgotten', seq: 0 }))).to.equal(undefined);
  });
});
