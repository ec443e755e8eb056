/** The shim's log: what a power cut at this moment may take of each file. */

/** A write in place that is not known to be on the disk. */
export interface PendingWrite {
  /** Names the file that keeps the bytes it replaced. */
  readonly number: string;
  readonly path: string;
  /** The position of its first byte. */
  readonly offset: number;
  /** The parts of the file that it may not have reached, as first byte and the byte after the last. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

export interface ShimLog {
  /** Flushed sizes by path. A file that is not listed was never flushed. */
  readonly flushed: ReadonlyMap<string, number>;
  /** In the order in which they began. */
  readonly pending: readonly PendingWrite[];
}

export function parseShimLog(text: string): ShimLog {
  const flushed = new Map<string, number>();
  let pending: PendingWrite[] = [];
  for (const line of text.split('\n')) {
    const [what, first = '', second = '', third = '', fourth = ''] = line.split('\t');
    switch (what) {
      case 'flushed':
        if (Number(first) >= 0) flushed.set(second, Number(first));
        pending = pending.filter(({ path }) => path !== second);
        break;
      case 'began': {
        const offset = Number(second);
        const ranges = [[offset, offset + Number(third)] as const];
        pending.push({ number: first, path: fourth, offset, ranges });
        break;
      }
      case 'ended':
        pending = withEnded(pending, first);
        break;
      case 'renamed':
        rename(flushed, first, second);
        pending = renamed(pending, first, second);
        break;
    }
  }
  return { flushed, pending };
}

/** A write that is on the disk covers what earlier writes may have missed there. */
function withEnded(pending: readonly PendingWrite[], number: string): PendingWrite[] {
  const ended = pending.find((write) => write.number === number);
  const [range] = ended?.ranges ?? [];
  if (ended === undefined || range === undefined) return [...pending];
  return pending.flatMap((write) => {
    if (write.number === number) return [];
    if (write.path !== ended.path) return [write];
    const ranges = write.ranges.flatMap((each) => without(each, range));
    return ranges.length === 0 ? [] : [{ ...write, ranges }];
  });
}

function without(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): [number, number][] {
  const parts: [number, number][] = [
    [from, Math.min(to, start)],
    [Math.max(from, end), to],
  ];
  return parts.filter(([first, behind]) => first < behind);
}

/** Directories are renamed with all that is in them. */
function newPath(path: string, from: string, to: string): string | undefined {
  if (path === from) return to;
  return path.startsWith(`${from}/`) ? `${to}${path.slice(from.length)}` : undefined;
}

function rename(flushed: Map<string, number>, from: string, to: string): void {
  const moved = [...flushed].flatMap(([path, bytes]) => {
    const target = newPath(path, from, to);
    return target === undefined ? [] : [{ path, target, bytes }];
  });
  for (const path of [...flushed.keys()]) if (newPath(path, to, to)) flushed.delete(path);
  for (const { path } of moved) flushed.delete(path);
  for (const { target, bytes } of moved) flushed.set(target, bytes);
}

/** What was under the new name before is gone. */
function renamed(pending: readonly PendingWrite[], from: string, to: string): PendingWrite[] {
  return pending.flatMap((write) => {
    const path = newPath(write.path, from, to);
    if (path !== undefined) return [{ ...write, path }];
    return newPath(write.path, to, to) === undefined ? [write] : [];
  });
}
