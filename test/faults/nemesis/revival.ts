/** Restarts a node whose disk failed and works again, as an operator's supervisor does. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessCluster } from '../../process/process-cluster.ts';

/** The exit code of a node whose disk failed: see the command's exit codes. */
const diskExitCode = 3;
const revivalMsMax = 30_000;
const pollMs = 50;
/** After this number of restarts the node counts as failed. */
const startCountMax = 3;

/**
 * Resolves once the node serves, with the way it recovered: it may recover without a restart, or end with the
 * code for a failed disk and be restarted.
 *
 * @throws Error if it ends with another code, or takes too long
 */
export async function revive(cluster: ProcessCluster, node: number): Promise<string> {
  const deadlineMs = performance.now() + revivalMsMax;
  let recovery = 'continued';
  let startCount = 0;
  for (;;) {
    if (cluster.hasExited(node)) {
      const { code, signal } = await cluster.exit(node);
      if (code !== diskExitCode) throw new Error(`node ${node} ended with ${code ?? signal}`);
      startCount += 1;
      if (startCount > startCountMax)
        throw new Error(`node ${node} ended after ${startCountMax} restarts`);
      recovery = 'ended and was restarted';
      cluster.launch(node);
    }
    const state = await stateOf(cluster, node);
    if (state === 'running') return recovery;
    if (performance.now() > deadlineMs) {
      throw new Error(`node ${node} is ${state} though its disk is healthy`);
    }
    await pause(pollMs);
  }
}

/** The state that the node reports, or that it does not answer. */
export async function stateOf(cluster: ProcessCluster, node: number): Promise<string> {
  try {
    const { state, reason } = await cluster.status(node);
    return reason === undefined ? state : `${state} (${reason})`;
  } catch {
    return 'silent';
  }
}

/** The state of each node once all serve or the time is up; an exit code for a node that ended. */
export async function settledStates(cluster: ProcessCluster, timeoutMs: number): Promise<string[]> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const states = await Promise.all(
      cluster.nodes.map(async (node) => {
        if (!cluster.hasExited(node)) return stateOf(cluster, node);
        const { code } = await cluster.exit(node);
        return code === diskExitCode ? 'ended because of its disk' : 'silent';
      }),
    );
    const isSettled = states.every((state) => state === 'running');
    if (isSettled || performance.now() > deadlineMs) return states;
    await pause(pollMs);
  }
}
