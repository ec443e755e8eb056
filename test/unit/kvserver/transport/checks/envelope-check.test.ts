import { envelopeCheck } from '@paxkv/kvserver/internal/transport/checks/envelope-check';
import { expect } from 'chai';
import { samples } from '../samples.ts';
import { compareAtRandom, compareEachPart } from './agreement.ts';
import { bounds, typesWithoutSample } from './contents.ts';

describe('the check of envelopes', function () {
  this.timeout(30_000);

  it('is tried with messages of every type', () => {
    expect(typesWithoutSample()).to.deep.equal([]);
  });

  it('agrees with the schema on every message with one part replaced, removed or added', () => {
    const { accepted, refused } = compareEachPart(envelopeCheck(bounds), samples);
    expect(accepted).to.be.above(1000);
    expect(refused).to.be.above(10_000);
  });

  it('agrees with the schema on messages with several parts changed, and on any trees', () => {
    const { accepted, refused } = compareAtRandom(envelopeCheck(bounds), samples, {
      seed: '1',
      count: 2000,
    });
    expect(accepted).to.be.above(20);
    expect(refused).to.be.above(2000);
  });
});
