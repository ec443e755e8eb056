/** Runs seeds in its own thread, one after another. */
import { parentPort } from 'node:worker_threads';
import { runSeed } from '../run-seed.ts';
import type { Task, TaskEnd } from './task.ts';

const port = parentPort;
if (port === null) throw new TypeError('this file must run in a worker thread');

port.on('message', ({ seed, narrowing }: Task) => {
  runSeed(seed, narrowing).then(
    (result) => port.postMessage({ name: 'result', result } satisfies TaskEnd),
    (defect: unknown) =>
      port.postMessage({ name: 'defect', message: String(defect) } satisfies TaskEnd),
  );
});
