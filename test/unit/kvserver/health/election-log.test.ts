import { ElectionLog } from '@paxkv/kvserver/internal/health/election-log';
import { LineLimit } from '@paxkv/kvserver/internal/health/line-limit';
import { expect } from 'chai';
import { type KeepingLog, keepingLog } from '../transport/fixtures.ts';

describe('ElectionLog', () => {
  let lines: KeepingLog['lines'];
  let elections: ElectionLog;

  beforeEach(() => {
    const kept = keepingLog();
    lines = kept.lines;
    const limit = new LineLimit({ countMax: 5, intervalMs: 60_000 });
    elections = new ElectionLog({ logger: kept.logger, limit, me: 1 });
  });

  it('logs each change of the leader, seen from this server', () => {
    for (const [ms, leader] of [2, 2, undefined, 1, 0].entries()) elections.onLeader(leader, ms);
    expect(
      lines.map(({ msg, level, leader, former }) => [msg, level, leader, former]),
    ).to.deep.equal([
      ['leader elected', 30, 2, undefined],
      ['leader lost', 40, undefined, 2],
      ['election won', 30, 1, undefined],
      ['leadership lost', 40, 0, 1],
    ]);
  });

  it('keeps the last election, though its winner leads no more', () => {
    expect(elections.last).to.equal(undefined);
    elections.onLeader(2, 5);
    elections.onLeader(undefined, 9);
    expect(elections.last).to.deep.equal({ leader: 2, atMs: 5 });
  });

  it('does not fill the log when elections follow each other', () => {
    for (let ms = 0; ms < 100; ms += 1) elections.onLeader(ms % 3, ms);
    expect(lines).to.have.length(5);
    elections.onLeader(1, 70_000);
    expect(lines.at(-1)).to.include({ omitted: 95 });
  });
});
