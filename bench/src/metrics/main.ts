/**
 * `npm run bench:metrics`: the processor time that a server takes to count and time one request. Every request pays it,
 * whether or not anybody scrapes the server.
 */

import { SlowRequests } from '@paxkv/kvserver/internal/health/slow-requests';
import { DurationHistogram } from '@paxkv/kvserver/internal/metrics/duration-histogram';
import { Recorder } from '@paxkv/kvserver/internal/metrics/recorder';
import { RequestTiming } from '@paxkv/kvserver/internal/replica/request-timing';
import { observerOf } from '@paxkv/kvserver/internal/service/request-observer';
import { Command } from 'commander';

const program = new Command('bench:metrics')
  .description('measures what counting and timing one request costs')
  .option('--requests <count>', 'requests in each round', '2000000')
  .option('--rounds <count>', 'the best round counts', '5');

const { requests, rounds } = program.parse().opts<{ requests: string; rounds: string }>();

const observer = observerOf(
  new Recorder(),
  new SlowRequests({ logger: { warn: () => {} }, slowMs: 1000 }),
);
const histogram = new DurationHistogram();

/** What is measured, for one request. */
const works: Readonly<Record<string, (count: number) => void>> = {
  'everything for one request': (number) => {
    const timing = new RequestTiming('put', { transport: 'stream', id: 'connection', number });
    timing.proposed = { atMs: number, flushedMs: 0 };
    timing.decided = timing.proposed;
    timing.end();
    observer.onEnded(timing);
    observer.isSlow(timing);
  },
  'of which: reading the clock twice': () => {
    performance.now();
    performance.now();
  },
  'one duration into a histogram': (number) => histogram.observe(number % 20),
};

for (const [name, work] of Object.entries(works)) {
  const bestNs = Math.min(...Array.from({ length: Number(rounds) }, () => nanosecondsOf(work)));
  process.stdout.write(
    `${name.padEnd(36)} ${bestNs.toFixed(0).padStart(5)} ns of processor time\n`,
  );
}

/** Processor time of one call, so that other processes on the machine do not count. */
function nanosecondsOf(work: (count: number) => void): number {
  const count = Number(requests);
  const before = process.cpuUsage();
  for (let number = 0; number < count; number += 1) work(number);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / count;
}
