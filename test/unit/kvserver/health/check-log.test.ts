import { CheckLog } from '@paxkv/kvserver/internal/health/check-log';
import { LineLimit } from '@paxkv/kvserver/internal/health/line-limit';
import { expect } from 'chai';
import { type KeepingLog, keepingLog } from '../transport/fixtures.ts';

describe('CheckLog', () => {
  let lines: KeepingLog['lines'];
  let log: CheckLog;

  beforeEach(() => {
    const kept = keepingLog();
    lines = kept.lines;
    const limit = new LineLimit({ countMax: 4, intervalMs: 60_000 });
    log = new CheckLog({ logger: kept.logger, limit, lost: 'lost', regained: 'back', nowMs: 0 });
  });

  function observe(passed: boolean, nowMs: number, isExplained = false): void {
    const detail = passed ? 'fine' : `broken at ${nowMs}`;
    log.observe({ name: 'quorum', passed, required: true, detail }, nowMs, isExplained);
  }

  function texts() {
    return lines.map(({ msg }) => msg);
  }

  it('gives a start two seconds, then says why the check fails', () => {
    observe(false, 0);
    observe(false, 1999);
    expect(lines).to.deep.equal([]);
    observe(false, 2000);
    expect(lines[0]).to.include({ level: 40, msg: 'lost', reason: 'broken at 2000' });
  });

  it('says nothing of a start that succeeds in time', () => {
    observe(false, 0);
    observe(true, 1500);
    observe(true, 5000);
    expect(lines).to.deep.equal([]);
    expect(log.state).to.deep.equal({ passed: true, sinceMs: 1500 });
  });

  it('gives a start two seconds from when nothing else explains the failure', () => {
    observe(false, 0, true);
    observe(false, 30_000, true);
    observe(false, 31_000);
    observe(false, 32_999);
    expect(lines).to.deep.equal([]);
    observe(false, 33_000);
    expect(texts()).to.deep.equal(['lost']);
  });

  it('logs a later failure at once, and how long it lasted', () => {
    observe(true, 0);
    observe(false, 10_000);
    observe(false, 10_250);
    observe(true, 14_000);
    expect(texts()).to.deep.equal(['lost', 'back']);
    expect(lines[1]).to.include({ level: 30, afterMs: 4000 });
  });

  it('repeats the line once a minute while the failure lasts', () => {
    observe(true, 0);
    for (let ms = 1000; ms <= 121_000; ms += 1000) observe(false, ms);
    expect(texts()).to.deep.equal(['lost', 'lost', 'lost']);
    expect(lines[2]).to.include({ reason: 'broken at 121000' });
  });

  it('leaves a failure to the line of another check that explains it', () => {
    observe(true, 0);
    observe(false, 1000, true);
    observe(true, 2000);
    expect(lines).to.deep.equal([]);
    observe(false, 3000, true);
    observe(false, 4000);
    observe(true, 5000);
    expect(texts()).to.deep.equal(['lost', 'back']);
  });

  it('does not fill the log when a check fails again and again', () => {
    for (let ms = 0; ms < 20_000; ms += 1000) observe(ms % 2000 === 0, ms);
    expect(texts().filter((text) => text === 'lost')).to.have.length(4);
    observe(true, 70_000);
    observe(false, 71_000);
    expect(lines.at(-1)).to.include({ msg: 'lost', omitted: 6 });
  });
});
