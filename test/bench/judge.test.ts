import { judge, ratioTo } from '@paxkv/bench/internal/compare/judge';
import type { Figure, Goal } from '@paxkv/bench/internal/compare/result';
import { medianOf, slopeOf } from '@paxkv/bench/internal/compare/statistics';
import { expect } from 'chai';

const paxkv = (...values: number[]): Figure => ({ store: 'paxkv', client: 'SDK', values });
const etcd = (client: string, ...values: number[]): Figure => ({ store: 'etcd', client, values });

const eightTimes: Goal = { type: 'ratio', peer: 'etcd', bound: 'at least', ratio: 8 };
const soonEnough: Goal = { type: 'ratio', peer: 'etcd', bound: 'at most', ratio: 0.6 };

describe('the judge of the comparison', () => {
  it('takes the median of the ratios of the rounds, not the ratio of medians', () => {
    const figures = [paxkv(800, 1600, 500), etcd('JSON gateway', 100, 400, 50)];
    expect(ratioTo('etcd', figures, 'perSecond')).to.equal(8);
  });

  it("compares paxkv with the peer's best client in each round", () => {
    const figures = [paxkv(800, 800), etcd('JSON gateway', 100, 50), etcd('etcd3', 50, 100)];
    expect(judge(eightTimes, figures, 'perSecond')).to.deep.include({ measured: 8 });
    const latencies = [paxkv(6, 6), etcd('JSON gateway', 10, 30), etcd('etcd3', 20, 10)];
    expect(judge(soonEnough, latencies, 'ms')).to.deep.include({ measured: 0.6 });
  });

  it('accepts a goal that is reached exactly, and not one that is just missed', () => {
    const verdictAt = (value: number) =>
      judge(eightTimes, [paxkv(value), etcd('etcd3', 100)], 'perSecond').verdict;
    expect(verdictAt(800)).to.equal('holds');
    expect(verdictAt(799)).to.equal('missed');
    const latencyVerdictAt = (value: number) =>
      judge(soonEnough, [paxkv(value), etcd('etcd3', 10)], 'ms').verdict;
    expect(latencyVerdictAt(6)).to.equal('holds');
    expect(latencyVerdictAt(6.1)).to.equal('missed');
  });

  it('does not judge without the peer, or without paxkv', () => {
    expect(judge(eightTimes, [paxkv(800)], 'perSecond').verdict).to.equal('not judged');
    expect(judge(eightTimes, [etcd('etcd3', 1)], 'perSecond').verdict).to.equal('not judged');
    const limit: Goal = { type: 'limit', of: 'worst', atMost: 300 };
    expect(judge(limit, [etcd('etcd3', 1)], 'ms').verdict).to.equal('not judged');
  });

  it('compares limits with the median or the worst value of paxkv alone', () => {
    const figures = [paxkv(50, 100, 301), etcd('etcd3', 9000)];
    const median = judge({ type: 'limit', of: 'median', atMost: 100 }, figures, 'ms');
    expect(median).to.deep.include({ measured: 100, verdict: 'holds' });
    const worst = judge({ type: 'limit', of: 'worst', atMost: 300 }, figures, 'ms');
    expect(worst).to.deep.include({ measured: 301, verdict: 'missed' });
  });

  it('compares medians where the peer was measured fewer times', () => {
    expect(ratioTo('etcd', [paxkv(10, 20, 30), etcd('g', 1000)], 'ms')).to.equal(0.02);
  });
});

describe('the statistics of the comparison', () => {
  it('find the median, also of an even number of values', () => {
    expect(medianOf([9, 1, 5])).to.equal(5);
    expect(medianOf([4, 1, 2, 3])).to.equal(2.5);
    expect(medianOf([])).to.be.NaN;
  });

  it('find the slope of a line, and of points around it', () => {
    const line = [0, 1, 2, 3].map((x) => ({ x, y: 7 + 2 * x }));
    expect(slopeOf(line)).to.equal(2);
    const cloud = line.map(({ x, y }) => ({ x, y: y + (x % 2 === 0 ? 1 : -1) }));
    expect(slopeOf(cloud)).to.be.closeTo(2, 0.5);
    expect(slopeOf([{ x: 1, y: 1 }])).to.be.NaN;
  });
});
