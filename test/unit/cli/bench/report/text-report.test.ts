import { expect } from 'chai';
import {
  toFailureList,
  toMs,
  toTextReport,
  toTitle,
} from 'paxkv/internal/bench/report/text-report';
import { ycsb } from 'paxkv/internal/bench/workload/mix';
import { result, settings } from '../bench-under-test.ts';

describe('the text of a benchmark', () => {
  it('says what was asked, the rate, the percentiles and what failed', () => {
    const text = toTextReport(settings, result);
    expect(text).to.match(/^puts only, 1000 keys \(uniform\), 128-byte values, 64 in flight/);
    expect(text).to.match(/^rate +1,235 a second$/m);
    expect(text).to.match(/^failed +0$/m);
    expect(text).to.contain('p50 0.412   p90 4.12   p99 41.2   p99.9 412   max 4123');
    expect(text).to.match(/^generator +25 % of a core$/m);
  });

  it('draws the longest bar for the most requests, and some of a bar for one', () => {
    const lines = toTextReport(settings, result).split('\n');
    expect(lines).to.include(`   0.100 – 0.200  ${'█'.padEnd(40)} 1`);
    expect(lines).to.include(`   0.200 – 0.400  ${'█'.repeat(40)} 10,000`);
  });

  it('hides no error, no request that was not sent, no key that was absent', () => {
    const failures = { KV_TIMEOUT: 2000, KV_OVERLOADED: 1 };
    const text = toTextReport(settings, { ...result, failures, unsent: 5000, absent: 3 });
    expect(text).to.match(/^failed +2,000 KV_TIMEOUT, 1 KV_OVERLOADED$/m);
    expect(text).to.match(/^not sent +5,000/m);
    expect(text).to.match(/^absent +3 /m);
    expect(toFailureList({})).to.equal('0');
  });

  it('shows no latency where nothing was answered', () => {
    const none = { ...result, answered: 0, perSecond: 0, latencyMs: null, histogram: [] };
    const text = toTextReport(settings, none);
    expect(text).to.match(/^answered +0 in/m);
    expect(text).to.match(/^latency ms {2}none: no request was answered$/m);
    expect(text).not.to.contain('p50');
  });

  it('gives milliseconds three digits', () => {
    expect([0.41234, 4.1234, 41.234, 412.34, 4123.4].map(toMs)).to.deep.equal([
      ...['0.412', '4.12', '41.2', '412', '4123'],
    ]);
  });
});

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
