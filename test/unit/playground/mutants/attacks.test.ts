import { shippedCore } from '@paxkv/playground';
import { repeat } from '@paxkv/playground/internal/engine/robot';
import { recordingAt } from '@paxkv/playground/internal/engine/timeline/address';
import { attacks } from '@paxkv/playground/internal/mutants/attacks';
import { mutantCores } from '@paxkv/playground/internal/mutants/cores';
import { expect } from 'chai';
import { MutatedCores } from '../../../playground/mutated-cores.ts';

/** After its attack a run goes on for so many moments. */
const laterMoments = 50;

describe('the recorded attacks', () => {
  let cores: MutatedCores;

  before(async function () {
    this.timeout(60_000);
    cores = await MutatedCores.load(attacks.map(({ mutant }) => mutant));
  });

  after(() => cores.remove());

  for (const { mutant, address } of attacks) {
    it(`make two peers decide differently where the mistake is built in: ${mutant}`, async () => {
      const recording = recordingAt(address);
      const longer = { ...recording, moment: recording.moment + laterMoments };
      const broken = await repeat(longer, cores.coreOf(mutant), 'agreement');
      expect(broken.violations.map(({ lamp }) => lamp)).to.include('agreement');
      const sound = await repeat(longer, shippedCore);
      expect(sound.violations).to.deep.equal([]);
    });
  }

  it('need cores that only the build of the page makes', () => {
    expect(mutantCores).to.deep.equal([]);
  });
});
