/**
 * The files of a real journal on a simulated disk: every call takes simulated time, and a crash finds calls under
 * way, of which it leaves any part.
 */
import type { SegmentFile, SegmentFiles } from '@paxkv/kvserver/internal/storage/index';
import type { Gate, SeededRandom, World } from '@paxkv/simulator';
import type { HostileDisk } from '../../unit/kvserver/storage/journal/hostile-disk.ts';

export interface JournalFilesOptions {
  readonly disk: HostileDisk;
  readonly gate: Gate;
  readonly random: SeededRandom;
  /** How long the next change of the disk takes, in milliseconds. */
  readonly delayMs: () => number;
  /** Why no file can be made at present, if none can. */
  readonly shortage: () => Error | undefined;
  /** Whether the disk ends no change at present. */
  readonly isHung: () => boolean;
}

type Act = () => void;

export class JournalFiles implements SegmentFiles {
  readonly #world: World;
  readonly #options: JournalFilesOptions;
  readonly #process: number;
  /** Changes that were asked for and have not happened. */
  readonly #underWay = new Set<Act>();

  constructor(world: World, options: JournalFilesOptions) {
    this.#world = world;
    this.#options = options;
    this.#process = options.disk.begin();
  }

  /** Ends the process. `keepChance`: the probability that a change under way happens as a whole. */
  crash(keepChance: number): void {
    const { disk, random } = this.#options;
    for (const act of this.#underWay) {
      if (!random.chance(keepChance)) disk.strike({ type: 'end', after: 0 });
      try {
        act();
      } catch {
        // The first one that is cut short ends the process, and the others with it.
        break;
      }
    }
    this.#underWay.clear();
    disk.kill();
  }

  async list(): Promise<string[]> {
    return this.#options.disk.list();
  }

  async open(name: string): Promise<SegmentFile> {
    return this.#file(name);
  }

  create(name: string, size: number): Promise<SegmentFile> {
    return this.#change(() => {
      const shortage = this.#options.shortage();
      if (shortage !== undefined) throw shortage;
      this.#options.disk.create(this.#process, name, size);
      return this.#file(name);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#change(() => this.#options.disk.rename(this.#process, from, to));
  }

  remove(name: string): Promise<void> {
    return this.#change(() => this.#options.disk.remove(this.#process, name));
  }

  syncNames(): Promise<void> {
    return this.#change(() => this.#options.disk.syncNames(this.#process));
  }

  async close(): Promise<void> {}

  #file(name: string): SegmentFile {
    const { disk } = this.#options;
    const inode = disk.find(name);
    if (inode === undefined) throw new Error(`there is no ${name}`);
    return {
      place: name,
      size: inode.cache.length,
      read: async (target, position) =>
        inode.cache.copy(target, 0, position, position + target.length),
      write: (pieces, position) => {
        const bytes = Buffer.concat(pieces);
        return this.#change(() => disk.write(this.#process, inode, position, bytes));
      },
      close: async () => {},
    };
  }

  async #change<T>(act: () => T): Promise<T> {
    const { gate, delayMs, isHung } = this.#options;
    this.#underWay.add(act);
    do await gate.answer(this.#world.sleep(delayMs()));
    while (isHung());
    this.#underWay.delete(act);
    return act();
  }
}
