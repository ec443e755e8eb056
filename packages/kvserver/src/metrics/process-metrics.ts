/**
 * Metrics of this process and of Node: processor time, memory, open files, collections of garbage, and the delay of the
 * event loop. A process has one set of them, however many servers run in it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** How often the delay of the event loop is measured. */
const delayResolutionMs = 10;

let begun: Promise<Registry> | undefined;

/**
 * These metrics as text. The first call begins to measure the delay of the event loop and the collections of garbage,
 * since both cost something; nobody pays for them in a process that is never scraped.
 */
export async function processMetrics(): Promise<string> {
  begun ??= begin();
  return (await begun).metrics();
}

/** Resolves when there is a first measurement of the delay, without which it would read as an absurd number. */
async function begin(): Promise<Registry> {
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: delayResolutionMs });
  await sleep(3 * delayResolutionMs);
  return register;
}
