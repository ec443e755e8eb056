/**
 * Keeps the journal and the log window together without a gap: the journal learns that instances are forgotten only
 * once the window has them on disk. The note may be late without harm, and what a crash keeps of both then overlaps, so
 * the window outlives a process that is killed under load.
 */
import type { Storage, Write } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { LogWindow } from './log-window.ts';

/** The storage, which remembers instances that the window still has to write. */
export function windowedStorage(
  storage: Storage<Bytes>,
  window: Pick<LogWindow, 'unwrittenFrom'>,
): Storage<Bytes> {
  const held = (write: Write<Bytes>): Write<Bytes> => {
    if (write.type !== 'forgotten') return write;
    return { type: 'forgotten', min: Math.min(write.min, window.unwrittenFrom ?? write.min) };
  };
  return {
    load: () => storage.load(),
    write: (writes) => storage.write(writes.map(held)),
    close: () => storage.close(),
  };
}
