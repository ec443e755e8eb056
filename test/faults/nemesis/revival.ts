/** Bringing back a node whose disk was in trouble and is well again, as an operator's supervisor does. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessCluster } from '../../process/process-cluster.ts';

/** What a node ends with when its disk failed: see the command's exit codes. */
const diskExitCode = 3;
const revivalMsMax = 30_000;
const pollMs = 50;
/** More than that, and it is not going to work. */
const startCountMax = 3;

/**
 * Resolves once the node serves, with how it got there: it may go on by itself, or end with the code
 * for a failed disk and be started again.
 *
 * @throws Error if it ends with another code, or takes too long.
 */
export async function revive(cluster: ProcessCluster, node: number): Promise<string> {
  const deadlineMs = performance.now() + revivalMsMax;
  let way = 'went on';
  let startCount = 0;
  for (;;) {
    if (cluster.hasExited(node)) {
      const { code, signal } = await cluster.exit(node);
      if (code !== diskExitCode) throw new Error(`node ${node} ended with ${code ?? signal}`);
      startCount += 1;
      if (startCount > startCountMax) throw new Error(`node ${node} ends again and again`);
      way = 'ended and was started again';
      cluster.launch(node);
    }
    const state = await stateOf(cluster, node);
    if (state === 'running') return way;
    if (performance.now() > deadlineMs) {
      throw new Error(`node ${node} is ${state} though its disk is well`);
    }
    await pause(pollMs);
  }
}

/** Its own word, or that it has none. */
export async function stateOf(cluster: ProcessCluster, node: number): Promise<string> {
  try {
    const { state, reason } = await cluster.status(node);
    return reason === undefined ? state : `${state} (${reason})`;
  } catch {
    return 'silent';
  }
}

/** What each node says of itself, once all serve or the time is over; one that ended, by its code. */
export async function settledStates(cluster: ProcessCluster, timeoutMs: number): Promise<string[]> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const states = await Promise.all(
      cluster.nodes.map(async (node) => {
        if (!cluster.hasExited(node)) return stateOf(cluster, node);
        const { code } = await cluster.exit(node);
        return code === diskExitCode ? 'ended for its disk' : 'silent';
      }),
    );
    const isSettled = states.every((state) => state === 'running');
    if (isSettled || performance.now() > deadlineMs) return states;
    await pause(pollMs);
  }
}
