import { expect } from 'chai';
import { hasReads, kindAt, mixOf, ycsb } from 'paxkv/internal/bench/workload/mix';

describe('the mix of a load', () => {
  it('is for the six of YCSB what YCSB says', () => {
    expect(ycsb.a).to.deep.equal({ mix: { get: 0.5, put: 0.5 }, distribution: 'zipfian' });
    expect(ycsb.b).to.deep.equal({ mix: { get: 0.95, put: 0.05 }, distribution: 'zipfian' });
    expect(ycsb.c).to.deep.equal({ mix: { get: 1 }, distribution: 'zipfian' });
    expect(ycsb.d).to.deep.equal({ mix: { get: 0.95, insert: 0.05 }, distribution: 'latest' });
    expect(ycsb.e).to.deep.equal({ mix: { scan: 0.95, insert: 0.05 }, distribution: 'zipfian' });
    expect(ycsb.f).to.deep.equal({ mix: { get: 0.5, update: 0.5 }, distribution: 'zipfian' });
  });

  it('gives each kind its share of chance', () => {
    expect(kindAt(ycsb.b.mix, 0.9499)).to.equal('get');
    expect(kindAt(ycsb.b.mix, 0.9501)).to.equal('put');
    expect(kindAt(ycsb.e.mix, 0.0499)).to.equal('insert');
    expect(kindAt(ycsb.e.mix, 0.0501)).to.equal('scan');
  });

  it('gives no kind that has no share, at the very ends of chance', () => {
    expect(kindAt(mixOf(0), 0)).to.equal('put');
    expect(kindAt(mixOf(100), 1 - 2 ** -32)).to.equal('get');
    expect(kindAt({ get: 0.1 + 0.2, update: 0.7 - 1e-9 }, 1 - 2 ** -32)).to.equal('update');
  });

  it('knows whether it reads', () => {
    expect(hasReads(mixOf(0))).to.equal(false);
    expect(hasReads(mixOf(1))).to.equal(true);
    for (const { mix } of Object.values(ycsb)) expect(hasReads(mix)).to.equal(true);
  });
});
