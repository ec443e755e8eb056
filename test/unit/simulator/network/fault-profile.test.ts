import { drawHarsh, harsh, lab, reliable, SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';

describe('FaultProfile', () => {
  it('has a lab that differs from a reliable network only by its peers', () => {
    expect(lab).to.deep.equal({ ...reliable, isUnreliable: true });
    expect(lab).to.include({ discardChance: 0.1, answerLossChance: 0.2 });
  });

  it('takes each given setting for a harsh network, and defaults for the others', () => {
    const { lossChance, ...rest } = harsh({ lossChance: 0.3 });
    expect(lossChance).to.equal(0.3);
    expect({ ...rest, lossChance: harsh().lossChance }).to.deep.equal(harsh());
  });

  it('draws a harsh network between bounds, a different one for each seed', () => {
    const profiles = Array.from({ length: 200 }, (_, seed) => drawHarsh(new SeededRandom(seed)));
    for (const profile of profiles) {
      expect(profile.lossChance).to.be.within(0, 0.3);
      expect(profile.repeatChance).to.be.within(0, 0.5);
      expect(profile.delayMsMean).to.be.within(1, 100);
      expect(profile.clogChance).to.be.within(0, 0.02);
      expect(profile.clogMsMax).to.be.within(0, 5_000);
    }
    expect(new Set(profiles.map(({ lossChance }) => lossChance)).size).to.equal(200);
  });
});
