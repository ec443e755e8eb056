import { settingsDefault, shippedCore } from '@paxkv/playground';
import { attempt, repeat } from '@paxkv/playground/internal/engine/robot';
import { expect } from 'chai';

const runCount = 60;
const serverRunCount = 12;

describe('the robot', () => {
  it('breaks nothing in the shipped core, whatever it does', async () => {
    let faultCount = 0;
    for (let run = 0; run < runCount; run += 1) {
      const made = await attempt(
        {
          ...settingsDefault,
          seed: `${run}`,
          peerCount: 3 + (run % 5),
          isLed: run % 2 === 0,
          network: run % 3 === 0 ? 'lossy' : 'calm',
        },
        shippedCore,
      );
      expect(made.violations, `run ${run}`).to.deep.equal([]);
      faultCount += made.faultCount;
    }
    expect(faultCount).to.be.above(10 * runCount);
  });

  it('breaks nothing in whole servers, whatever it does', async () => {
    for (let run = 0; run < serverRunCount; run += 1) {
      const made = await attempt(
        {
          ...{ ...settingsDefault, seed: `${run}`, hasServers: true },
          peerCount: 3 + (run % 3),
          isLed: run % 4 !== 0,
          network: run % 3 === 0 ? 'lossy' : 'calm',
        },
        shippedCore,
      );
      expect(made.violations, `run ${run}`).to.deep.equal([]);
    }
  });

  it('does the same again from the same seed, and its recording does so without it', async () => {
    const settings = { ...settingsDefault, seed: 'again', isLed: true };
    const first = await attempt(settings, shippedCore);
    const second = await attempt(settings, shippedCore);
    expect(second).to.deep.equal(first);
    expect(await repeat(first.recording, shippedCore)).to.deep.equal(first);
  });
});
