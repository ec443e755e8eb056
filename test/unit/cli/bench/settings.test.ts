import { expect } from 'chai';
import { type BenchFlags, toBenchSettings } from 'paxkv/internal/bench/settings';

const flags: BenchFlags = {
  consistency: 'linearizable',
  keys: 100,
  keyBytes: 16,
  inFlight: 64,
  clients: 1,
  seconds: 1,
  warmUp: 0,
  fill: true,
  seed: 1,
};

describe('the settings of a benchmark', () => {
  it('are puts of 128 bytes to any key, in a closed loop, unless told', () => {
    const settings = toBenchSettings(flags);
    expect(settings.mix).to.deep.equal({ get: 0, put: 1 });
    expect(settings).to.include({ distribution: 'uniform', valueBytes: 128, transport: 'stream' });
    expect(toBenchSettings({ ...flags, http: true }).transport).to.equal('http');
    expect(settings).not.to.have.any.keys('perSecond', 'workload');
  });

  it('follow a workload, but for what is said otherwise', () => {
    const settings = toBenchSettings({ ...flags, workload: 'd' });
    expect(settings.mix).to.deep.equal({ get: 0.95, insert: 0.05 });
    expect(settings).to.include({ distribution: 'latest', valueBytes: 1000 });
    const other = { ...flags, workload: 'd', distribution: 'uniform', valueBytes: 5 } as const;
    expect(toBenchSettings(other)).to.include({ distribution: 'uniform', valueBytes: 5 });
  });

  it('take a share of reads and a rate', () => {
    const { mix, perSecond } = toBenchSettings({ ...flags, reads: 25, rate: 300 });
    expect(mix).to.deep.equal({ get: 0.25, put: 0.75 });
    expect(perSecond).to.equal(300);
  });

  const contradictions: [string, Partial<BenchFlags>, RegExp][] = [
    ['a workload and a share of reads', { workload: 'a', reads: 5 }, /leave --reads out/],
    ['more clients than requests in flight', { clients: 65 }, /idle/],
    ['more in flight than its clients can have', { inFlight: 3000 }, /--clients 3 or more/],
  ];
  for (const [what, changed, message] of contradictions) {
    it(`refuse ${what}`, () => {
      expect(() => toBenchSettings({ ...flags, ...changed }))
        .to.throw(message)
        .with.property('exitCode', 2);
    });
  }
});
