/**
 * A disk with a page cache in front of it, as hostile as a real one may be. A power cut loses what was not
 * flushed, leaves any sectors of the write under way, and any changes of names that were not made durable. A
 * call that fails may have done any part of its work: the cache then shows what the disk does not hold, and
 * counts it as written. The end of the process alone loses nothing of the cache.
 */
import type { SegmentFile, SegmentFiles } from '@paxkv/kvserver/internal/storage/index';
import type { SeededRandom } from '@paxkv/simulator';

export const sectorBytes = 512;

interface Inode {
  /** What a read gives. */
  cache: Buffer;
  /** What a power cut leaves. */
  disk: Buffer;
}

type Names = Map<string, Inode>;
type NameChange = (names: Names) => void;

/** Thrown by every call of a process that has ended. */
export class ProcessEnded extends Error {}

/** What comes in the middle of the call after the next `after` ones. */
export interface Accident {
  readonly type: 'end' | 'failure';
  after: number;
  /** The error of a failure. Default: `EIO`. */
  readonly error?: Error;
}

export class HostileDisk {
  readonly #random: SeededRandom;
  #names: Names = new Map();
  #durableNames: Names = new Map();
  /** Changes of names that are not durable yet. */
  #changes: NameChange[] = [];
  #accident: Accident | undefined;
  #isEnded = false;
  /** Counts processes: files that an earlier one opened are of no use. */
  #process = 0;
  hasFailed = false;
  /** How many files the process has open. */
  openCount = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** The names of all files, as the process sees them. */
  get names(): string[] {
    return [...this.#names.keys()].toSorted();
  }

  contentOf(name: string): Buffer {
    return this.#names.get(name)?.cache ?? Buffer.alloc(0);
  }

  /** Damages a file behind the back of everyone. `undefined` deletes it. */
  damage(name: string, change: (content: Buffer) => Buffer | undefined): void {
    const inode = this.#names.get(name);
    const changed = change(Buffer.from(inode?.cache ?? []));
    if (changed === undefined) this.#names.delete(name);
    else this.#names.set(name, { cache: changed, disk: Buffer.from(changed) });
    this.#durableNames = new Map(this.#names);
    this.#changes = [];
  }

  /** Starts a process on what is there. */
  boot(accident?: Accident): SegmentFiles {
    return new ProcessFiles(this, this.begin(accident));
  }

  /** Starts a process that makes its calls here. Returns its number. */
  begin(accident?: Accident): number {
    this.#process += 1;
    this.#isEnded = false;
    this.hasFailed = false;
    this.openCount = 0;
    this.#accident = accident;
    return this.#process;
  }

  /** What comes in the middle of a later call, instead of what was to come. */
  strike(accident: Accident | undefined): void {
    this.#accident = accident;
  }

  /** Only the disk counts from now on. */
  cutPower(): void {
    this.#isEnded = true;
    for (const change of this.#changes) if (this.#random.next() < 0.5) change(this.#durableNames);
    this.#changes = [];
    this.#names = new Map(this.#durableNames);
    for (const inode of this.#names.values()) inode.cache = Buffer.from(inode.disk);
  }

  /** Ends the process. The cache stays. */
  kill(): void {
    this.#isEnded = true;
  }

  /** Counts a call. `spoiled` does a part of its work, if an accident comes in the middle of it. */
  call(process: number, spoiled: () => void): void {
    if (this.#isEnded || process !== this.#process) throw new ProcessEnded('the process has ended');
    const accident = this.#accident;
    if (accident === undefined) return;
    accident.after -= 1;
    if (accident.after >= 0) return;
    this.#accident = undefined;
    spoiled();
    this.#isEnded = accident.type === 'end';
    this.hasFailed = true;
    if (this.#isEnded) throw new ProcessEnded('the process has ended');
    throw accident.error ?? new Error('EIO');
  }

  find(name: string): Inode | undefined {
    return this.#names.get(name);
  }

  list(): string[] {
    return [...this.#names.keys()];
  }

  create(process: number, name: string, size: number): Inode {
    const inode = { cache: Buffer.alloc(size), disk: Buffer.alloc(size) };
    this.call(process, () => {
      const part = {
        cache: Buffer.alloc(this.#below(size)),
        disk: Buffer.alloc(this.#below(size)),
      };
      this.change((names) => names.set(name, part));
    });
    this.change((names) => names.set(name, inode));
    return inode;
  }

  rename(process: number, from: string, to: string): void {
    this.changeNames(process, (names) => {
      const inode = names.get(from);
      if (inode === undefined) return;
      names.delete(from);
      names.set(to, inode);
    });
  }

  remove(process: number, name: string): void {
    this.changeNames(process, (names) => names.delete(name));
  }

  changeNames(process: number, change: NameChange): void {
    this.call(process, () => {
      if (this.#random.next() < 0.5) this.change(change);
    });
    this.change(change);
  }

  change(change: NameChange): void {
    change(this.#names);
    this.#changes.push(change);
  }

  syncNames(process: number): void {
    this.call(process, () => {});
    this.#durableNames = new Map(this.#names);
    this.#changes = [];
  }

  write(process: number, inode: Inode, position: number, bytes: Buffer): void {
    if (position + bytes.length > inode.cache.length)
      throw new RangeError('a segment does not grow');
    this.call(process, () => {
      // The system may have taken all of it, or the beginning.
      const taken = this.#random.next() < 0.5 ? bytes.length : this.#below(bytes.length);
      bytes.copy(inode.cache, position, 0, taken);
      const pattern = this.#random.next();
      this.#flush(inode, position, taken, () => this.#random.next() < pattern);
    });
    bytes.copy(inode.cache, position);
    this.#flush(inode, position, bytes.length, () => true);
  }

  #flush(inode: Inode, position: number, length: number, isWritten: () => boolean): void {
    const first = position - (position % sectorBytes);
    for (let at = first; at < position + length; at += sectorBytes) {
      if (isWritten()) inode.cache.copy(inode.disk, at, at, at + sectorBytes);
    }
  }

  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }
}

class ProcessFiles implements SegmentFiles {
  readonly #disk: HostileDisk;
  readonly #process: number;

  constructor(disk: HostileDisk, process: number) {
    this.#disk = disk;
    this.#process = process;
  }

  async list(): Promise<string[]> {
    return this.#disk.list();
  }

  async open(name: string): Promise<SegmentFile> {
    const inode = this.#disk.find(name);
    if (inode === undefined) throw new Error(`there is no ${name}`);
    return this.#fileOf(name, inode);
  }

  async create(name: string, size: number): Promise<SegmentFile> {
    return this.#fileOf(name, this.#disk.create(this.#process, name, size));
  }

  async rename(from: string, to: string): Promise<void> {
    this.#disk.rename(this.#process, from, to);
  }

  async remove(name: string): Promise<void> {
    this.#disk.remove(this.#process, name);
  }

  async syncNames(): Promise<void> {
    this.#disk.syncNames(this.#process);
  }

  async close(): Promise<void> {}

  #fileOf(place: string, inode: Inode): SegmentFile {
    let isOpen = true;
    let isWriting = false;
    this.#disk.openCount += 1;
    return {
      place,
      size: inode.cache.length,
      read: async (target, position) => {
        const source = inode.cache.subarray(position, position + target.length);
        target.set(source);
        return source.length;
      },
      write: async (pieces, position) => {
        if (isWriting) throw new Error('one write at a time');
        isWriting = true;
        await Promise.resolve();
        isWriting = false;
        if (!isOpen) throw new Error('EBADF');
        this.#disk.write(this.#process, inode, position, Buffer.concat(pieces));
      },
      close: async () => {
        if (isOpen) this.#disk.openCount -= 1;
        isOpen = false;
      },
    };
  }
}
