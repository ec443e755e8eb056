/** A node with a journal on a hostile disk: it writes, ends in any way, and compares what it remembers. */
import { DiskError, Journal } from '@paxkv/kvserver/internal/storage/index';
import type { Write } from '@paxkv/paxos';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { segmentUse } from '../../../../damage/segment-use.ts';
import { OwnerInMemory, plain } from '../scratch.ts';
import { type Accident, HostileDisk, sectorBytes } from './hostile-disk.ts';

type Writes = readonly Write<Uint8Array>[];

export class History {
  readonly random: SeededRandom;
  readonly disk: HostileDisk;
  readonly #owner = new OwnerInMemory();
  readonly #segmentBytes: number;
  /** What was acknowledged, or was found to be there. */
  readonly #groups: Writes[] = [];
  /** A write that failed: all of it is there, or none. */
  #doubtful: Writes | undefined;
  #min = 0;
  #round = 1;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.disk = new HostileDisk(this.random);
    this.#segmentBytes = this.random.pick([1024, 1024, 2048, 4096]);
  }

  /** Opens, compares, writes, and ends in any way. Gives the number of writes. */
  async runProcess(accident: Accident | undefined, writeCount: number): Promise<void> {
    const journal = await this.open(accident);
    if (journal === undefined) return;
    await this.expectRemembered(journal);
    for (let count = 0; count < writeCount; count += 1) {
      const group = this.#nextGroup();
      this.#doubtful = group;
      try {
        await journal.write(group);
      } catch (error) {
        if (!this.disk.hasFailed) throw error;
        break;
      }
      this.#doubtful = undefined;
      this.#groups.push(group);
      if (this.random.next() < 0.02) await new Promise((resolve) => setTimeout(resolve, 3));
    }
    if (this.random.next() < 0.5) this.disk.kill();
    await journal.close();
    expect(this.disk.openCount, 'open files').to.equal(0);
    if (this.random.next() < 0.5) this.disk.cutPower();
  }

  async open(accident?: Accident): Promise<Journal | undefined> {
    const files = this.disk.boot(accident);
    const settings = {
      owner: this.#owner,
      segmentBytes: this.#segmentBytes,
      idleMs: this.random.pick([1, 1_000_000]),
    };
    try {
      return await Journal.openOn(files, settings);
    } catch (error) {
      expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_UNUSABLE');
      expect(this.disk.hasFailed, String(error)).to.equal(true);
      expect(this.disk.openCount, 'open files').to.equal(0);
      if (this.random.next() < 0.5) this.disk.cutPower();
      return undefined;
    }
  }

  async expectRemembered(journal: Journal, claim = ''): Promise<void> {
    const { writeIndex } = journal;
    if (writeIndex === this.#groups.length + 1 && this.#doubtful !== undefined) {
      this.#groups.push(this.#doubtful);
    }
    this.#doubtful = undefined;
    expect(writeIndex, `${claim} writes`).to.equal(this.#groups.length);
    let loaded: Writes;
    try {
      loaded = [...(await journal.load()).writes];
    } catch (error) {
      if (this.disk.hasFailed) return;
      throw error;
    }
    expect(summaryOf(loaded)).to.deep.equal(summaryOf(this.#groups.flat()));
  }

  /** Damages one file, opens what is left, and restores it. */
  async expectDamageNoticed(): Promise<void> {
    const name = this.random.pick(this.disk.names.filter((each) => each.endsWith('.wal')));
    const whole = this.disk.contentOf(name);
    const { from, to, content } = this.#damaged(whole);
    const last = this.#lastFragment();
    const mayLose = name === last.name && to > last.offset;
    const claim = `${name} of ${this.disk.names}, bytes ${from} to ${to}, last ${last.name} at ${last.offset}`;
    const before = this.disk.names.map((each) => [each, this.disk.contentOf(each)] as const);
    this.disk.damage(name, () => content);
    const outcome = await Journal.openOn(this.disk.boot(), {
      owner: this.#owner,
      segmentBytes: this.#segmentBytes,
    }).catch((error: unknown) => error);
    if (outcome instanceof Journal) {
      if (!mayLose) await this.expectRemembered(outcome, claim);
      else expect(outcome.writeIndex, claim).to.be.at.most(this.#groups.length);
      await outcome.close();
    } else {
      expect(outcome, claim).to.be.instanceOf(DiskError).with.property('code');
      expect((outcome as DiskError).code, claim).to.match(/JOURNAL_DAMAGED|AMNESIA|NEWER_FORMAT/);
    }
    for (const each of this.disk.names) this.disk.damage(each, () => undefined);
    for (const [each, bytes] of before) this.disk.damage(each, () => bytes);
  }

  /** A bit is flipped, a block is zeroed, or bytes of another segment are in its place. */
  #damaged(whole: Buffer): { from: number; to: number; content: Buffer | undefined } {
    const content = Buffer.from(whole);
    const from = this.random.integer(0, whole.length - 1);
    const to = Math.min(whole.length, from + this.random.pick([1, 8, 512, 1024]));
    const other = this.disk.contentOf(this.random.pick(this.disk.names));
    const first = from - (from % sectorBytes);
    switch (this.random.pick(['flip', 'zero', 'exchange', 'delete'])) {
      case 'flip':
        content[from] = (content[from] ?? 0) ^ (1 << this.random.integer(0, 7));
        return { from, to: from + 1, content };
      case 'zero':
        return { from, to, content: content.fill(0, from, to) };
      case 'delete':
        return { from: 0, to: whole.length, content: undefined };
      default:
        other.copy(content, first, first, first + sectorBytes);
        return { from: first, to: first + sectorBytes, content };
    }
  }

  /** The last segment in use, and where its last fragment begins. */
  #lastFragment(): { name: string; offset: number } {
    const used = this.disk.names.filter((name) => segmentUse(this.disk.contentOf(name)).isInUse);
    const name = used.at(-1) ?? '';
    return { name, offset: segmentUse(this.disk.contentOf(name)).lastOffset };
  }

  #nextGroup(): Writes {
    const count = 1 + Math.floor(this.random.next() * 3);
    return Array.from({ length: count }, () => this.#nextWrite());
  }

  #nextWrite(): Write<Uint8Array> {
    const seq = this.#groups.length + this.random.pick([0, 0, 0, 1, 30]);
    const ballot = { round: this.#round, peer: 1 };
    switch (
      this.random.pick(['vote', 'vote', 'vote', 'forget', 'forget', 'note', 'promise', 'rare'])
    ) {
      case 'vote': {
        const bytes = this.random.pick([0, 40, 100, 100, 300, 2500]);
        const value = Buffer.alloc(Math.floor(this.random.next() * bytes), this.#groups.length);
        return { type: 'accepted', seq, ballot, value };
      }
      case 'forget':
        this.#min = Math.max(this.#min, this.#groups.length - this.random.pick([2, 5, 12]));
        return { type: 'forgotten', min: this.#min };
      case 'note':
        return this.random.next() < 0.5
          ? { type: 'decided', seq }
          : { type: 'decided', seq, value: Buffer.alloc(9, seq) };
      case 'promise':
        this.#round += 1;
        return { type: 'promised', seq, ballot: { round: this.#round, peer: 2 } };
      default:
        this.#round += 1;
        return this.#rareWrite(this.#round);
    }
  }

  #rareWrite(round: number): Write<Uint8Array> {
    return this.random.pick<Write<Uint8Array>>([
      { type: 'reserved', round },
      { type: 'logPromised', ballot: { round, peer: 0 } },
      { type: 'incarnation', incarnation: round, attempt: 3, isNew: false, votingFloor: round },
      { type: 'peerRecords', peers: [{ incarnation: 0, writeIndex: round }] },
    ]);
  }
}

/** What a peer makes of its memory, whatever order its storage gave it back in. */
function summaryOf(writes: Writes): object {
  let [min, round] = [0, 0];
  const latest = new Map<string, object>();
  for (const write of writes) {
    if (write.type === 'forgotten') min = Math.max(min, write.min);
    else if (write.type === 'reserved') round = Math.max(round, write.round);
    else if (!('seq' in write)) latest.set(write.type, write);
  }
  const votes = writes.filter((write) => 'seq' in write && write.seq >= min).map(plain);
  return { min, round, votes, latest: Object.fromEntries(latest) };
}
