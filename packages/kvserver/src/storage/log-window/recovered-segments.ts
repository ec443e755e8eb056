/**
 * Finds what an earlier run left of the log window. Only files without a gap between them count, up to the last
 * one; the others are removed. Names tell what complete files hold, so only a file that was being written is read.
 */

import type { AppendFiles, FoundFile } from '../append-files.ts';
import { rangeOf, WindowSegment } from './window-segment.ts';

export interface RecoveryOptions {
  readonly files: AppendFiles;
  /** The checksum of the owner's name. */
  readonly seed: number;
  readonly nowMs: number;
}

/** The segments in order, each beginning where the one before it ends. @throws Error of the file system. */
export async function recoverSegments(options: RecoveryOptions): Promise<WindowSegment[]> {
  const { files } = options;
  const segments: WindowSegment[] = [];
  for (const found of await files.list()) {
    const segment = await recover(found, options);
    if (segment === undefined) await files.remove(found.name);
    else segments.push(segment);
  }
  segments.sort((a, b) => a.first - b.first || a.next - b.next);
  const kept = segments.splice(contiguousFrom(segments));
  for (const segment of segments) await segment.remove();
  return kept;
}

async function recover(
  { name, ageMs }: FoundFile,
  { files, seed, nowMs }: RecoveryOptions,
): Promise<WindowSegment | undefined> {
  const range = rangeOf(name);
  if (range === undefined) return undefined;
  const { first, next } = range;
  const writtenMs = nowMs - ageMs;
  if (next === undefined) {
    const segment = await WindowSegment.recover(files, seed, { first, writtenMs });
    if (segment.next > first) return segment;
    await segment.remove();
    return undefined;
  }
  const file = await files.open(name);
  const { size: bytes } = file;
  await file.close();
  return new WindowSegment(files, seed, { first, next, bytes, writtenMs });
}

/** The index of the first segment after which there is no gap. */
function contiguousFrom(segments: readonly WindowSegment[]): number {
  let from = segments.length - 1;
  while (from > 0 && segments[from - 1]?.next === segments[from]?.first) from -= 1;
  return Math.max(0, from);
}
