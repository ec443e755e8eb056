import { expect } from 'chai';
import { toTitle } from 'paxkv/internal/bench/report/title';
import { ycsb } from 'paxkv/internal/bench/workload/mix';
import { settings } from '../bench-under-test.ts';

describe('the title of a benchmark', () => {
  it('names workload, kinds and the loop', () => {
    const title = toTitle({
      ...settings,
      ...ycsb.d,
      workload: 'd',
      perSecond: 500,
      clientCount: 4,
    });
    expect(title).to.equal(
      'YCSB D: 95 % gets + 5 % inserts, 1000 keys (latest), 128-byte values, ' +
        '64 in flight from 4 clients, open loop of 500 a second for 10 s',
    );
  });

  it('says where there is no stream', () => {
    const title = toTitle({ ...settings, transport: 'http' });
    expect(title).to.contain('64 in flight from 1 client over HTTP, ');
  });

  it('says where reads are serializable', () => {
    const title = toTitle({ ...settings, mix: { get: 1 }, consistency: 'serializable' });
    expect(title).to.match(/^serializable gets only, /);
  });
});
