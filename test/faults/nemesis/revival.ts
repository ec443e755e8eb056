/** Bringing back a node whose disk was in trouble and is well again, as an operator's supervisor does. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessCluster } from '../../process/process-cluster.ts';

/** What a node ends with when its disk failed: see the command's exit codes. */
const diskExitCode = 3;
const revivalMsMax = 15_000;
const pollMs = 50;

/**
 * Resolves once the node serves, with how it got there: it may go on by itself, or end with the code
 * for a failed disk, or say that it has failed; then it is started again.
 *
 * @throws Error if it ends with another code, or takes too long.
 */
export async function revive(cluster: ProcessCluster, node: number): Promise<string> {
  const deadlineMs = performance.now() + revivalMsMax;
  let way = 'went on';
  for (;;) {
    if (cluster.hasExited(node)) {
      const { code, signal } = await cluster.exit(node);
      if (code !== diskExitCode) throw new Error(`node ${node} ended with ${code ?? signal}`);
      way = 'ended and was started again';
      cluster.launch(node);
    }
    const state = await stateOf(cluster, node);
    if (state === 'running') return way;
    if (state.startsWith('failed')) {
      await cluster.kill(node);
      cluster.launch(node);
      way = 'failed and was started again';
    }
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
