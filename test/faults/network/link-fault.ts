/** The possible faults of one directed link. */

export type LinkFault =
  /** No fault. */
  | { readonly type: 'pass' }
  /** Connections are reset, and new ones are reset at once. */
  | { readonly type: 'cut' }
  /** Half-open: connections stay and are accepted, and every byte is lost. */
  | { readonly type: 'swallow' }
  /** Half-open: every byte is held back, and arrives late, when the link is healthy again. */
  | { readonly type: 'stall' }
  | { readonly type: 'delay'; readonly delayMs: number }
  | { readonly type: 'throttle'; readonly bytesPerSecond: number };

/** Whether an end may learn that the other one closed. */
export function passesCloses({ type }: LinkFault): boolean {
  return type !== 'swallow' && type !== 'stall';
}

/** How long after its arrival a chunk may leave, and how long it occupies the line. */
export function timingOf(fault: LinkFault, byteCount: number): { lagMs: number; busyMs: number } {
  if (fault.type === 'delay') return { lagMs: fault.delayMs, busyMs: 0 };
  if (fault.type === 'throttle') {
    return { lagMs: 0, busyMs: (byteCount / fault.bytesPerSecond) * 1000 };
  }
  return { lagMs: 0, busyMs: 0 };
}
