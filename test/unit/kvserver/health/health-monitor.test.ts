import { HealthMonitor } from '@paxkv/kvserver/internal/health/health-monitor';
import type { Check } from '@paxkv/protocol';
import { expect } from 'chai';
import { type KeepingLog, keepingLog } from '../transport/fixtures.ts';

const names = ['state', 'quorum', 'level', 'disk'];

describe('HealthMonitor', () => {
  let lines: KeepingLog['lines'];
  let nowMs: number;
  let failing: string[];
  let probeCount: number;
  let slow: { count: number; longestMs: number };
  let monitor: HealthMonitor;

  beforeEach(() => {
    const kept = keepingLog();
    lines = kept.lines;
    nowMs = 0;
    failing = [];
    probeCount = 0;
    slow = { count: 0, longestMs: 0 };
    monitor = new HealthMonitor({
      logger: kept.logger,
      me: 0,
      now: () => nowMs,
      probe: () => {
        probeCount += 1;
      },
      checks: () =>
        names.map(
          (name): Check => ({
            name,
            passed: !failing.includes(name),
            required: true,
            detail: name,
          }),
        ),
      takeSlowWrites: () => {
        const taken = slow;
        slow = { count: 0, longestMs: 0 };
        return taken;
      },
    });
    monitor.tick();
  });

  function after(ms: number, ...nowFailing: string[]): void {
    nowMs += ms;
    failing = nowFailing;
    monitor.tick();
  }

  function texts() {
    return lines.map(({ msg }) => msg);
  }

  it('reports by how much a look was late', async () => {
    const delays: number[] = [];
    const real = new HealthMonitor({
      ...{ logger: keepingLog().logger, me: 0, now: () => performance.now() },
      ...{ probe: () => {}, checks: () => [], takeSlowWrites: () => slow },
      onDelay: (lateMs) => delays.push(lateMs),
    });
    real.start();
    const blockedUntilMs = performance.now() + 450;
    while (performance.now() < blockedUntilMs);
    while (delays.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    real.stop();
    expect(delays[0]).to.be.within(190, 5000);
    for (const late of delays) expect(late).to.be.at.least(0);
  });

  it('has the node look for evidence at each look', () => {
    after(250);
    expect(probeCount).to.equal(2);
  });

  it('logs that the majority is lost, and not that the state grows old with it', () => {
    after(250, 'quorum');
    after(1000, 'quorum', 'level');
    after(250);
    expect(texts()).to.deep.equal(['majority lost', 'majority regained']);
    expect(monitor.stateOf('quorum')).to.deep.equal({ passed: true, sinceMs: 1500 });
  });

  it('logs that the server fell behind, and that it is level again', () => {
    after(250, 'level');
    after(5000);
    expect(texts()).to.deep.equal(['behind the others', 'level again']);
    expect(lines[1]).to.include({ afterMs: 5000 });
  });

  it('logs a disk that takes no writes, besides anything else', () => {
    after(250, 'quorum', 'disk');
    expect(texts()).to.deep.equal(['majority lost', 'disk takes no writes']);
  });

  it('logs nothing but the state while the server does not serve', () => {
    after(250, ...names);
    expect(texts()).to.deep.equal(['not serving']);
  });

  it('logs slow writes, at most once in ten seconds, with their number', () => {
    slow = { count: 2, longestMs: 812.4 };
    after(250);
    slow = { count: 3, longestMs: 700 };
    after(250);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ level: 40, msg: 'slow disk', count: 2, longestMs: 812 });
    after(10_000);
    expect(lines[1]).to.include({ count: 3, longestMs: 700 });
  });

  it('keeps the last election', () => {
    nowMs = 7;
    monitor.onLeader(2);
    expect(monitor.election).to.deep.equal({ leader: 2, atMs: 7 });
  });

  it('looks by itself between start and stop', async () => {
    monitor.start();
    while (probeCount < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    monitor.stop();
    const count = probeCount;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(probeCount).to.equal(count);
  });
});
