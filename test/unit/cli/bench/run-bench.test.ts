import { KvError, systemEnvironment } from '@paxkv/client';
import { expect } from 'chai';
import { type OnProgress, runBench } from 'paxkv/internal/bench/run-bench';
import type { Target } from 'paxkv/internal/bench/workload/traffic';
import { rejectionOf } from '../../simulator/rejection.ts';
import { settings } from './bench-under-test.ts';

class MemoryTarget implements Target {
  readonly keys = new Set<string>();
  readonly lanes = new Set<number>();

  ofLane(lane: number): Target {
    this.lanes.add(lane);
    return this;
  }

  async get(key: string): Promise<boolean> {
    return this.keys.has(key);
  }

  async put(key: string): Promise<void> {
    this.keys.add(key);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const short = { ...settings, seconds: 0.05, warmUpSeconds: 0, inFlight: 8 };
const { clock } = systemEnvironment();

describe('a benchmark', () => {
  it('writes every key before there are reads, so that none is absent', async () => {
    const target = new MemoryTarget();
    const phases: Parameters<OnProgress>[] = [];
    const onProgress: OnProgress = (...phase) => void phases.push(phase);
    const mix = { get: 0.5, put: 0.5 };
    const result = await runBench({ ...short, mix }, { target, clock, onProgress });
    expect(target.keys.size).to.equal(1000);
    expect(result.absent).to.equal(0);
    expect(result.answered).to.be.above(0);
    expect(phases[999]).to.deep.equal(['filling', 1]);
  });

  it('tells of absent keys where it was not to fill them', async () => {
    const target = new MemoryTarget();
    const mix = { get: 0.9, put: 0.1 };
    const result = await runBench({ ...short, mix, isFilled: false }, { target, clock });
    expect(result.absent).to.be.above(0);
  });

  it('ends when a key cannot be written before the measurement', async () => {
    const details = { outcome: 'unknown' } as const;
    const failing = new (class extends MemoryTarget {
      override async put(key: string): Promise<void> {
        if (this.keys.size >= 100) throw new KvError('KV_TIMEOUT', 'no reply', details);
        return super.put(key);
      }
    })();
    const bench = runBench({ ...short, mix: { get: 1 } }, { target: failing, clock });
    const error = await rejectionOf(bench);
    expect(error).to.include({ code: 'KV_TIMEOUT', outcome: 'unknown' });
    expect(error.message).to.match(/^only 10\d of 1000 keys were written .*: no reply$/);
    expect(failing.keys.size).to.be.below(200);
  });

  it('uses all its lanes', async () => {
    const target = new MemoryTarget();
    await runBench(short, { target, clock });
    expect([...target.lanes]).to.have.members([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
