/** Answers the parent of this process, whenever it asks, what memory is held; the process ends with its parent. */
export function answerMemory(): void {
  process.on('message', () => {
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    process.send?.({ heldBytes: heapUsed + external, residentBytes: rss });
  });
  process.on('disconnect', () => process.exit(0));
}
