/**
 * Makes the end of a log durable that was read. The bytes may have come from the page cache alone: the process
 * died during the write, or the flush failed and the system counts the pages as written all the same. Writing
 * them again makes them durable, or shows that the disk fails.
 */
import type { LogEnd, Segment } from './segment.ts';
import { headerBytesMax } from './segment-header.ts';

const chunkBytes = 256 * 1024;

/** Only the last append is in doubt. Each byte is replaced by itself, so a crash does no harm. */
export async function rewriteTail(
  segments: readonly Segment[],
  from: { readonly sequence: number; readonly offset: number },
  end: LogEnd,
): Promise<void> {
  const last = segments.at(-1);
  for (const segment of segments.filter(({ sequence }) => sequence >= from.sequence)) {
    const start = segment.sequence === from.sequence ? from.offset : 0;
    await rewrite(segment, start, segment === last ? end.offset : segment.file.size);
  }
  // If the last record is the first of its segment, the header is in doubt too.
  if (last?.sequence === from.sequence) {
    await rewrite(last, 0, Math.min(from.offset, headerBytesMax));
  }
}

async function rewrite({ file }: Segment, from: number, to: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(0, to - from)));
  for (let offset = from; offset < to; ) {
    const chunk = buffer.subarray(0, Math.min(buffer.length, to - offset));
    const length = await file.read(chunk, offset);
    if (length === 0) return;
    await file.write([chunk.subarray(0, length)], offset);
    offset += length;
  }
}
