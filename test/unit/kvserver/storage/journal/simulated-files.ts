/**
 * A directory in memory that writes down all that was done to it, so that a crash can be staged at every
 * moment, in the middle of a write too.
 */
import type { SegmentFile, SegmentFiles } from '@paxkv/kvserver/internal/storage/index';

type Names = ReadonlyMap<string, number>;

type Step =
  | { readonly type: 'create'; readonly inode: number; readonly size: number }
  | {
      readonly type: 'write';
      readonly inode: number;
      readonly position: number;
      readonly bytes: Buffer;
    }
  | { readonly type: 'names'; readonly names: Names; readonly isDurable: boolean };

/** What a disk holds: contents by name. */
export type DiskImage = ReadonlyMap<string, Buffer>;

const sectorBytes = 512;

export class SimulatedFiles implements SegmentFiles {
  readonly #contents = new Map<number, Buffer>();
  readonly #names = new Map<string, number>();
  readonly #steps: Step[] = [];
  #inodeCount = 0;
  /** How many more writes succeed; the next one then fails with this error. */
  failure: { after: number; readonly error: Error } | undefined;
  /** Whether `remove` fails. */
  isRemovingRefused = false;
  /** How long a write takes, in milliseconds. */
  writeMs = 0;
  writeCount = 0;
  /** How many writes were asked for, whether or not they have ended. */
  begunWriteCount = 0;
  /** The largest size that there was, in bytes. */
  peakSize = 0;
  closeCount = 0;
  /** How many files are open. */
  openCount = 0;

  constructor(image: DiskImage = new Map()) {
    for (const [name, content] of image) {
      const inode = this.#newInode(content.length);
      this.#names.set(name, inode);
      if (content.length > 0) this.#write(inode, 0, content);
    }
    this.#noteNames(true);
  }

  /** How many steps a crash can come after. */
  get stepCount(): number {
    return this.#steps.length;
  }

  /** How many bytes a crash can cut step `index` at. */
  bytesOf(index: number): number {
    const step = this.#steps[index];
    return step?.type === 'write' ? step.bytes.length : 0;
  }

  /** Where sectors end within the write that step `index` is. */
  sectorEndsOf(index: number): number[] {
    const step = this.#steps[index];
    if (step?.type !== 'write') return [];
    const ends: number[] = [];
    const first = sectorBytes - (step.position % sectorBytes);
    for (let end = first; end < step.bytes.length; end += sectorBytes) ends.push(end);
    return ends;
  }

  /** In bytes, over all files. */
  get size(): number {
    return [...this.#names.values()].reduce((sum, inode) => sum + this.#content(inode).length, 0);
  }

  get names(): readonly string[] {
    return [...this.#names.keys()];
  }

  get fileCount(): number {
    return this.#names.size;
  }

  image(): DiskImage {
    return this.crashed({ after: this.#steps.length, areNamesKept: true });
  }

  /**
   * What a power loss leaves after so many steps. Of the next one, if it is a write, the bytes for which
   * `isWritten` holds are there too. Changes of names that were not made durable are there or not.
   */
  crashed(crash: {
    readonly after: number;
    readonly areNamesKept: boolean;
    readonly isWritten?: (offset: number) => boolean;
  }): DiskImage {
    const { after, areNamesKept, isWritten = () => false } = crash;
    const contents = new Map<number, Buffer>();
    let names: Names = new Map();
    for (const [index, step] of this.#steps.slice(0, after + 1).entries()) {
      if (step.type === 'write') {
        const content = contents.get(step.inode);
        if (content === undefined) continue;
        if (index < after) step.bytes.copy(content, step.position);
        else
          for (const offset of step.bytes.keys()) {
            if (isWritten(offset)) content[step.position + offset] = step.bytes[offset] ?? 0;
          }
      } else if (index === after) break;
      else if (step.type === 'create') contents.set(step.inode, Buffer.alloc(step.size));
      else if (step.isDurable || areNamesKept) names = step.names;
    }
    return new Map(
      [...names].map(([name, inode]) => [name, Buffer.from(contents.get(inode) ?? [])]),
    );
  }

  async list(): Promise<string[]> {
    return [...this.#names.keys()];
  }

  async open(name: string): Promise<SegmentFile> {
    const inode = this.#names.get(name);
    if (inode === undefined) throw new Error(`there is no ${name}`);
    return this.#fileOf(inode, name);
  }

  async create(name: string, size: number): Promise<SegmentFile> {
    const inode = this.#newInode(size);
    this.#names.set(name, inode);
    this.#noteNames(false);
    return this.#fileOf(inode, name);
  }

  async rename(from: string, to: string): Promise<void> {
    const inode = this.#names.get(from);
    if (inode === undefined) throw new Error(`there is no ${from}`);
    this.#names.delete(from);
    this.#names.set(to, inode);
    this.#noteNames(false);
  }

  async remove(name: string): Promise<void> {
    if (this.isRemovingRefused) throw new Error('EIO');
    this.#names.delete(name);
    this.#noteNames(false);
  }

  async syncNames(): Promise<void> {
    this.#noteNames(true);
  }

  async close(): Promise<void> {
    this.closeCount += 1;
  }

  #fileOf(inode: number, place: string): SegmentFile {
    const content = () => this.#content(inode);
    this.openCount += 1;
    return {
      place,
      size: content().length,
      read: async (target, position) => {
        const source = content().subarray(position, position + target.length);
        target.set(source);
        return source.length;
      },
      write: async (pieces, position) => {
        this.begunWriteCount += 1;
        if (this.writeMs > 0) await new Promise((resolve) => setTimeout(resolve, this.writeMs));
        await Promise.resolve();
        if (this.failure !== undefined && this.failure.after <= 0) throw this.failure.error;
        if (this.failure !== undefined) this.failure.after -= 1;
        this.writeCount += 1;
        this.#write(inode, position, Buffer.concat(pieces));
      },
      close: async () => {
        this.openCount -= 1;
      },
    };
  }

  #write(inode: number, position: number, bytes: Buffer): void {
    const content = this.#content(inode);
    if (position + bytes.length > content.length) throw new RangeError('a segment does not grow');
    bytes.copy(content, position);
    this.#steps.push({ type: 'write', inode, position, bytes });
  }

  #newInode(size: number): number {
    this.#inodeCount += 1;
    this.#contents.set(this.#inodeCount, Buffer.alloc(size));
    this.#steps.push({ type: 'create', inode: this.#inodeCount, size });
    return this.#inodeCount;
  }

  #noteNames(isDurable: boolean): void {
    this.peakSize = Math.max(this.peakSize, this.size);
    this.#steps.push({ type: 'names', names: new Map(this.#names), isDurable });
  }

  #content(inode: number): Buffer {
    return this.#contents.get(inode) ?? Buffer.alloc(0);
  }
}

/** A copy of one disk with one of its files changed. */
export function withFile(
  image: DiskImage,
  name: string,
  change: (content: Buffer) => Buffer | undefined,
): DiskImage {
  const copy = new Map(image);
  const changed = change(Buffer.from(image.get(name) ?? []));
  if (changed === undefined) copy.delete(name);
  else copy.set(name, changed);
  return copy;
}

export function flipBit(content: Buffer, bit: number): Buffer {
  content[bit >> 3] = (content[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return content;
}
