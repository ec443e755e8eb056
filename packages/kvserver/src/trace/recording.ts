/** The recording of a node in its data directory. */
import { join } from 'node:path';
import { readSegments } from './segment-ring.ts';

/** Where a node with this data directory keeps its recording. */
export function traceDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'trace');
}

/**
 * All that is recorded: lines of JSON, compressed by gzip. `node` writes first what it has in memory; absent while it is
 * closed, for example since its data is damaged. Rejects with the system's error.
 */
export async function readRecording(
  node: { saveTrace(): Promise<void> } | undefined,
  dataDirectory: string,
): Promise<Buffer> {
  await node?.saveTrace();
  return readSegments(traceDirectory(dataDirectory));
}
