import { toHtmlReport } from '@paxkv/bench/internal/compare/html-report';
import {
  type Comparison,
  exitCodeOf,
  toCells,
  toReport,
  toVerdict,
} from '@paxkv/bench/internal/compare/report';
import type { RowResult } from '@paxkv/bench/internal/compare/result';
import { expect } from 'chai';

const cpu = [
  { servers: 12.4, client: 5 },
  { servers: 900, client: 900 },
  { servers: 10, client: 4 },
];

const puts: RowResult = {
  key: 'puts-256',
  work: 'puts, 256 in flight',
  unit: 'perSecond',
  figures: [
    { store: 'paxkv', client: 'SDK', values: [80_000, 90_000, 85_000], cpu },
    { store: 'etcd', client: 'JSON gateway', values: [10_000, 10_000, 10_000] },
    { store: 'etcd', client: 'etcd3', values: [5000, 5000, 5000] },
  ],
  judgements: [
    {
      goal: { type: 'ratio', peer: 'etcd', bound: 'at least', ratio: 8 },
      ...{ measured: 8.5, verdict: 'holds' },
    },
    {
      goal: { type: 'ratio', peer: 'ZooKeeper', bound: 'at least', ratio: 5 },
      verdict: 'not judged',
    },
  ],
  notes: ['ZooKeeper is not installed (Debian: zookeeper)'],
};

const kills: RowResult = {
  key: 'kill-leader',
  work: 'kill -9',
  unit: 'ms',
  figures: [{ store: 'paxkv', client: 'SDK', values: [4.5, 50, 400] }],
  judgements: [
    { goal: { type: 'limit', of: 'median', atMost: 100 }, measured: 50, verdict: 'holds' },
    { goal: { type: 'limit', of: 'worst', atMost: 300 }, measured: 400, verdict: 'missed' },
  ],
  notes: [],
};

const comparison: Comparison = {
  machine: { cpu: 'X & Y', coreCount: 2, node: 'v20', commit: 'abc', date: '2026-01-01' },
  loadAverages: [0.1, 2.2],
  rows: [puts, kills],
};

describe('the table of the comparison', () => {
  it('puts each goal beside the store it is about', () => {
    expect(toCells(puts)).to.deep.equal([
      ['puts, 256 in flight', 'paxkv, SDK', '85,000/s', '80,000 – 90,000', '12 + 5', '', '', ''],
      ['', 'etcd, JSON gateway', '10,000/s', '10,000 – 10,000', '', '8.50 ×', '≥ 8 ×', 'holds'],
      ['', 'etcd, etcd3', '5,000/s', '5,000 – 5,000', '', '', '', ''],
      ['', 'ZooKeeper', 'none', '', '', '', '≥ 5 ×', 'not judged'],
    ]);
  });

  it("puts limits beside paxkv's own figures", () => {
    expect(toCells(kills)).to.deep.equal([
      [
        ...['kill -9', 'paxkv, SDK', '50 ms', '4.50 – 400', '', ''],
        ...['median ≤ 100 ms, worst ≤ 300 ms', 'holds, MISSED'],
      ],
    ]);
  });

  it('reports absent peers, the load of the machine and the verdict', () => {
    const text = toReport(comparison);
    expect(text).to.contain('puts-256: ZooKeeper is not installed (Debian: zookeeper)');
    expect(text).to.contain('load average 0.1 before and 2.2 after');
    expect(text).to.match(/Goals: 2 hold, 1 missed, 1 not judged\.$/);
    expect(toVerdict([])).to.equal('Goals: 0 hold, 0 missed, 0 not judged.');
  });

  it('fails a run in which a judged goal was missed, and no other', () => {
    expect(exitCodeOf([puts])).to.equal(0);
    expect(exitCodeOf([puts, kills])).to.equal(1);
    expect(exitCodeOf([{ ...puts, failure: 'etcd does not serve' }, kills])).to.equal(2);
  });

  it('has a self-contained HTML version', () => {
    const page = toHtmlReport(comparison);
    expect(page).to.contain('X &amp; Y');
    expect(page).to.contain('<td>8.50 ×</td>');
    expect(page).not.to.match(/https?:|\bsrc=|\bhref=|@import|<script/);
  });
});
