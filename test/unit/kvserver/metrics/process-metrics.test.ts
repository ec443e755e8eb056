import { setTimeout as sleep } from 'node:timers/promises';
import { processMetrics } from '@paxkv/kvserver/internal/metrics/process-metrics';
import { expect } from 'chai';

describe('processMetrics', () => {
  const numberOf = (text: string, name: string) =>
    Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);

  it('shows memory, processor time and heap of this process', async () => {
    const text = await processMetrics();
    expect(numberOf(text, 'process_resident_memory_bytes')).to.be.above(1e6);
    expect(numberOf(text, 'nodejs_heap_size_used_bytes')).to.be.above(1e6);
    expect(numberOf(text, 'process_cpu_seconds_total')).to.be.at.least(0);
  });

  it('measures the delay of the event loop between two scrapes', async () => {
    await processMetrics();
    await sleep(50);
    const longest = numberOf(await processMetrics(), 'nodejs_eventloop_lag_max_seconds');
    expect(longest).to.be.above(0).and.below(60);
  });

  it('shows a pause of the event loop', async () => {
    await processMetrics();
    // The measurement needs one turn to begin anew.
    await sleep(50);
    const untilMs = performance.now() + 120;
    while (performance.now() < untilMs);
    await sleep(50);
    const text = await processMetrics();
    expect(numberOf(text, 'nodejs_eventloop_lag_max_seconds')).to.be.at.least(0.1);
  });
});
