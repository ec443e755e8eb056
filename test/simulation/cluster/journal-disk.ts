/**
 * The disk of a server with a real journal: records, segments and checkpoints as they are, on simulated files. What
 * became of a write that a crash cut short shows when the journal is opened again.
 */
import { Journal, type JournalOwner } from '@paxkv/kvserver/internal/storage/index';
import type { Clock, Storage, Write } from '@paxkv/paxos';
import type { DiskPace, Gate, SeededRandom, World, WriteFate } from '@paxkv/simulator';
import { HostileDisk } from '../../unit/kvserver/storage/journal/hostile-disk.ts';
import type { DamagedJournal } from '../schedule/fault.ts';
import { JournalFiles } from './journal-files.ts';

type Bytes = Uint8Array;

export interface JournalDiskOptions {
  readonly random: SeededRandom;
  readonly segmentBytes: number;
  readonly pace: DiskPace;
  /** Called with what became of each write, as soon as it is known. */
  readonly watch: (fate: WriteFate, writes: readonly Write<Bytes>[]) => void;
}

interface OpenJournal {
  readonly storage: Storage<Bytes>;
  readonly writeIndex: () => number;
}

/** What the identity of a real server records of its journal. */
interface Recorded {
  hasVoted: boolean;
  writeIndexReached: number;
}

const shortMsMax = 0.1;

export class JournalDisk {
  readonly #world: World;
  readonly #options: JournalDiskOptions;
  readonly #random: SeededRandom;
  readonly #disk: HostileDisk;
  #files: JournalFiles | undefined;
  #pace: DiskPace;
  #recorded: Recorded = { hasVoted: false, writeIndexReached: 0 };
  /** The write of which it is not known yet whether it is durable. */
  #pending: { readonly index: number; readonly writes: readonly Write<Bytes>[] } | undefined;
  #acknowledgedIndex = 0;
  #copy: ReadonlyMap<string, Buffer> = new Map();
  #loadFailure: Error | undefined;
  #shortage: Error | undefined;
  #isHung = false;

  constructor(world: World, options: JournalDiskOptions) {
    this.#world = world;
    this.#options = options;
    this.#random = options.random;
    this.#disk = new HostileDisk(options.random);
    this.#pace = options.pace;
  }

  setPace(pace: Partial<DiskPace>): void {
    this.#pace = { ...this.#pace, ...pace };
  }

  /** Makes the next change of the disk fail, of which any part may happen. `undefined` takes the failure back. */
  failNextWrite(error: Error | undefined): void {
    this.#disk.strike(error && { type: 'failure', after: 0, error });
  }

  /** `undefined` takes the failure back. */
  failNextLoad(error: Error | undefined): void {
    this.#loadFailure = error;
  }

  /** No file can be made, since the disk is full. `undefined`: there is space again. */
  fill(error: Error | undefined): void {
    this.#shortage = error;
  }

  /** While it is hung, the disk ends no change. */
  hang(isHung: boolean): void {
    this.#isHung = isHung;
  }

  /** @throws DiskError as `Journal.open` does; Error if it lacks what was acknowledged, and does not say so. */
  async open(gate: Gate, clock: Clock): Promise<OpenJournal> {
    const files = new JournalFiles(this.#world, {
      disk: this.#disk,
      gate,
      random: this.#random,
      delayMs: () => this.#delayMs(),
      shortage: () => this.#shortage,
      isHung: () => this.#isHung,
    });
    this.#files = files;
    await gate.answer(this.#world.sleep(this.#delayMs()));
    const failure = this.#loadFailure;
    this.#loadFailure = undefined;
    if (failure !== undefined) throw failure;
    const journal = await Journal.openOn(files, {
      owner: this.#owner(gate),
      segmentBytes: this.#options.segmentBytes,
      after: (delayMs, callback) => clock.at(clock.now() + delayMs, callback),
    });
    this.#settle(journal.writeIndex);
    const { hasVoted } = this.#recorded;
    this.#recorded = {
      hasVoted: hasVoted || journal.writeIndex > 0,
      writeIndexReached: journal.writeIndex,
    };
    this.#copy = new Map(this.#disk.names.map((name) => [name, this.#disk.contentOf(name)]));
    return { storage: this.#watched(journal), writeIndex: () => journal.writeIndex };
  }

  /**
   * Ends the process. `keepChance`: the probability that a change under way happens as a whole. Without power, what was
   * not flushed is lost, too.
   */
  crash(keepChance: number, isPowerLost: boolean): void {
    this.#files?.crash(keepChance);
    this.#files = undefined;
    if (isPowerLost) this.#disk.cutPower();
  }

  /** Removes all files, while no journal is open. With `lost` the server knows that it had some. */
  wipe(emptyState: 'new' | 'lost' = 'new'): void {
    for (const name of this.#disk.names) this.#disk.damage(name, () => undefined);
    this.#recorded = { hasVoted: emptyState === 'lost', writeIndexReached: 0 };
    if (this.#pending !== undefined) this.#options.watch('lost', this.#pending.writes);
    this.#pending = undefined;
    this.#acknowledgedIndex = 0;
    this.#copy = new Map();
  }

  /**
   * Harms files, while no journal is open. The identity counts all that was acknowledged then: of a lost end that it
   * does not count only other servers can tell, and not in every order of events.
   */
  damage({ harm }: Pick<DamagedJournal, 'harm'>): void {
    const { names } = this.#disk;
    this.#recorded.writeIndexReached = this.#acknowledgedIndex;
    if (names.length === 0) return;
    const name = this.#random.pick(names);
    if (harm === 'flipped bit') this.#disk.damage(name, (content) => this.#flip(content));
    else if (harm === 'lost file') this.#disk.damage(name, () => undefined);
    else this.#restore();
  }

  #restore(): void {
    for (const name of this.#disk.names) this.#disk.damage(name, () => undefined);
    for (const [name, content] of this.#copy) this.#disk.damage(name, () => Buffer.from(content));
  }

  #flip(content: Buffer): Buffer {
    const place = this.#random.integer(0, content.length - 1);
    content[place] = (content[place] ?? 0) ^ (1 << this.#random.integer(0, 7));
    return content;
  }

  #settle(writeIndex: number): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (writeIndex < this.#acknowledgedIndex) {
      const found = `${writeIndex} of ${this.#acknowledgedIndex}`;
      throw new Error(
        `a journal was opened with ${found} acknowledged writes, and reported no loss`,
      );
    }
    if (pending === undefined) return;
    const isKept = writeIndex >= pending.index;
    if (isKept) this.#acknowledgedIndex = pending.index;
    this.#options.watch(isKept ? 'kept' : 'lost', pending.writes);
  }

  #watched(journal: Journal): Storage<Bytes> {
    return {
      load: () => journal.load(),
      write: async (writes) => {
        const pending = { index: journal.writeIndex + 1, writes };
        this.#pending = pending;
        await journal.write(writes);
        this.#pending = undefined;
        this.#acknowledgedIndex = pending.index;
        this.#options.watch('kept', writes);
      },
      close: () => journal.close(),
    };
  }

  #owner(gate: Gate): JournalOwner {
    const recorded = () => this.#recorded;
    return {
      name: 'simulated',
      get hasVoted() {
        return recorded().hasVoted;
      },
      get writeIndexReached() {
        return recorded().writeIndexReached;
      },
      markVoted: async () => {
        await gate.answer(this.#world.sleep(this.#delayMs()));
        this.#recorded.hasVoted = true;
      },
    };
  }

  #delayMs(): number {
    const { delayMsMin, delayMsMax, slowChance, slowMsMax } = this.#pace;
    // A write costs about one flush, whatever number of files it changes.
    if (this.#random.chance(0.5)) return this.#random.between(0, shortMsMax);
    const isSlow = this.#random.chance(slowChance);
    return this.#random.between(delayMsMin, isSlow ? slowMsMax : delayMsMax);
  }
}
