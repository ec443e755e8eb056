/**
 * The disk under a simulated log window or history. Everything appended is visible at once; a crash of the program
 * keeps most of it, and a power loss may tear what was not flushed off the end of any file.
 */
import type {
  AppendFile,
  AppendFiles,
  FoundFile,
} from '@paxkv/kvserver/internal/storage/append-files';
import type { Gate, SeededRandom, World } from '@paxkv/simulator';

interface Content {
  bytes: Buffer;
  /** So many bytes survive every crash. */
  flushed: number;
  writtenMs: number;
}

const appendMsMax = 3;

export class AppendDisk {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #contents = new Map<string, Content>();
  /** Counts incarnations: a crashed one gets no results, and changes nothing. */
  #boot = 0;
  #failure: Error | undefined;

  constructor(world: World, random: SeededRandom) {
    this.#world = world;
    this.#random = random;
  }

  /** The size of every file, by name. */
  get sizes(): ReadonlyMap<string, number> {
    return new Map([...this.#contents].map(([name, { bytes }]) => [name, bytes.length]));
  }

  /** Makes the next write or flush fail. */
  failNextWrite(error: Error | undefined): void {
    this.#failure = error;
  }

  wipe(): void {
    this.#contents.clear();
  }

  remove(name: string): void {
    this.#contents.delete(name);
  }

  /** Cuts off the end of a file. */
  cut(name: string, length: number): void {
    const content = this.#contents.get(name);
    if (content === undefined) return;
    content.bytes = content.bytes.subarray(0, length);
    content.flushed = Math.min(content.flushed, length);
  }

  /** Flips one bit of a file. */
  harm(name: string, offset: number): void {
    const content = this.#contents.get(name);
    const byte = content?.bytes[offset];
    if (content !== undefined && byte !== undefined) content.bytes[offset] = byte ^ 1;
  }

  /** Flips one random bit of each file. */
  damage(): void {
    for (const [name, { bytes }] of this.#contents) {
      if (bytes.length > 0) this.harm(name, this.#random.integer(0, bytes.length - 1));
    }
  }

  /** Cuts a random piece of what was not flushed off the end of each file, with this probability for each. */
  crash(tearChance: number): void {
    this.#boot += 1;
    for (const [name, content] of this.#contents) {
      if (!this.#random.chance(tearChance)) continue;
      const length = this.#random.integer(content.flushed, content.bytes.length);
      this.#contents.set(name, { ...content, bytes: content.bytes.subarray(0, length) });
    }
  }

  /** The files for one incarnation of a server. Results pass through `gate`. */
  open(gate?: Gate): AppendFiles {
    this.#boot += 1;
    const boot = this.#boot;
    const after = async <T>(act: () => T): Promise<T> => {
      const waited = this.#world.sleep(this.#random.between(0.1, appendMsMax));
      await (gate === undefined ? waited : gate.answer(waited));
      return this.#boot === boot ? act() : new Promise<never>(() => {});
    };
    return {
      list: () => after(() => this.#list()),
      open: (name) => after(() => this.#file(name, after)),
      create: (name) =>
        after(() => {
          const writtenMs = this.#world.now();
          this.#contents.set(name, { bytes: Buffer.alloc(0), flushed: 0, writtenMs });
          return this.#file(name, after);
        }),
      rename: (from, to) => after(() => this.#rename(from, to)),
      remove: (name) =>
        after(() => {
          this.#contents.delete(name);
        }),
    };
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  #list(): FoundFile[] {
    const nowMs = this.#world.now();
    return [...this.#contents].map(([name, { writtenMs }]) => ({ name, ageMs: nowMs - writtenMs }));
  }

  #rename(from: string, to: string): void {
    const content = this.#contents.get(from);
    if (content === undefined) throw new Error(`there is no file ${from}`);
    this.#contents.delete(from);
    this.#contents.set(to, content);
  }

  #file(name: string, after: <T>(act: () => T) => Promise<T>): AppendFile {
    const content = this.#contents.get(name);
    if (content === undefined) throw new Error(`there is no file ${name}`);
    return {
      get size() {
        return content.bytes.length;
      },
      read: (target, position) =>
        after(() => content.bytes.copy(target, 0, position, position + target.length)),
      append: (pieces) => {
        const copies = pieces.map((piece) => piece.slice());
        return after(() => {
          this.#throwFailure();
          content.bytes = Buffer.concat([content.bytes, ...copies]);
          content.writtenMs = this.#world.now();
        });
      },
      flush: () =>
        after(() => {
          this.#throwFailure();
          content.flushed = content.bytes.length;
        }),
      close: () => Promise.resolve(),
    };
  }
}
