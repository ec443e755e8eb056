/**
 * Metrics of this process and of Node: processor time, memory, open files, collections of garbage, and the delay of the
 * event loop. A process has one set of them, however many servers run in it.
 */
import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/**
 * These metrics as text. The first call begins to measure the delay of the event loop and the collections of garbage,
 * since both cost something; nobody pays for them in a process that is never scraped.
 */
export function processMetrics(): Promise<string> {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry.metrics();
}
