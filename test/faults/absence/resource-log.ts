/** Samples the memory and the disk of every node, at even intervals. Linux only. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessCluster } from '../../process/process-cluster.ts';

const intervalMs = 1000;

export interface Sample {
  /** Milliseconds since the log began. */
  readonly atMs: number;
  /** Resident memory in bytes; `undefined` while the node is down. */
  readonly memoryBytes: number | undefined;
  /** Bytes of all files in the node's data directory. */
  readonly diskBytes: number;
}

export class ResourceLog {
  /** The samples of each node, by node. */
  readonly samples: readonly Sample[][];
  readonly #cluster: ProcessCluster;
  readonly #beganMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #sampling: Promise<void> = Promise.resolve();

  /** Starts at once. */
  constructor(cluster: ProcessCluster) {
    this.#cluster = cluster;
    this.samples = cluster.nodes.map(() => []);
    this.#timer = setInterval(() => {
      this.#sampling = this.#sampling.then(() => this.#sample());
    }, intervalMs);
  }

  get nowMs(): number {
    return performance.now() - this.#beganMs;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sampling;
  }

  async #sample(): Promise<void> {
    const atMs = this.nowMs;
    await Promise.all(
      this.samples.map(async (samples, node) => {
        const memoryBytes = await residentBytes(this.#cluster.processId(node));
        const diskBytes = await bytesBelow(this.#cluster.directoryOf(node));
        samples.push({ atMs, memoryBytes, diskBytes });
      }),
    );
  }
}

async function residentBytes(processId: number | undefined): Promise<number | undefined> {
  try {
    const status = await readFile(`/proc/${processId}/status`, 'utf8');
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

/** Allocated bytes, since preallocated files occupy the disk too. Files that vanish meanwhile do not count. */
async function bytesBelow(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true }).catch(
    () => [],
  );
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }) => {
      const { blocks } = await stat(join(parentPath, name)).catch(() => ({ blocks: 0 }));
      return blocks * 512;
    });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
