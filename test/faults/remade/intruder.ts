/**
 * A hostile client. It sends stamps of sessions that it did not open, raises first outstanding numbers, and repeats what
 * was acknowledged, over HTTP and streams, to any server of both clusters. What it sends under stamps that no server may
 * take is marked, so that it would be found in the store.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sessionWindowMax } from '@paxkv/protocol';
import type { SeededRandom } from '@paxkv/simulator';
import type { Place } from './place.ts';
import { appendOverHttp, appendOverStream, type RawStamp, type Send } from './raw-client.ts';
import { type Acknowledged, StampedWriter } from './stamped-writer.ts';
import { forgedPrefix } from './strays.ts';

const beatMs = 20;
/** A key of the other traffic in the first cluster. */
const foreignKey = 'ledger-1.0';
const windowMax = 4;

/** A write without a session never ends like this: its session is the server's, and nobody else has it. */
const plainNever: readonly string[] = [
  'KV_BAD_REQUEST',
  'KV_NUMBER_REUSED',
  'KV_REPLY_GONE',
  'KV_SESSION_EXPIRED',
];
/** These would say *not done* of an append that was acknowledged. */
const repeatNever: readonly string[] = ['KV_BAD_REQUEST', 'KV_NUMBER_REUSED'];

export interface IntruderPlan {
  readonly random: SeededRandom;
  /** The present incarnation of each cluster. */
  readonly places: () => readonly Place[];
}

export class Intruder {
  readonly #plan: IntruderPlan;
  /** By name of the place. */
  readonly #writers = new Map<string, StampedWriter>();
  readonly #work: Promise<void>;
  readonly findings: string[] = [];
  /** Appends that no server may take: how many were refused with a code. */
  refusedCount = 0;
  repeatCount = 0;
  #forgedCount = 0;
  #isStopping = false;

  /** Starts at once. */
  constructor(plan: IntruderPlan) {
    this.#plan = plan;
    this.#work = this.#run().catch((error: unknown) => {
      this.findings.push(`the intruder ended: ${error}`);
    });
  }

  /** Resolves when nothing is in flight any more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#work;
  }

  async #run(): Promise<void> {
    const { random, places } = this.#plan;
    while (!this.#isStopping) {
      const writer = this.#writerAt(random.pick(places()));
      await random.pick([
        () => this.#forge(writer, this.#guess()),
        () => this.#forge(writer, this.#alike(writer)),
        () => this.#forge(writer, this.#fromElsewhere(writer.place)),
        () => this.#repeat(writer),
        () => this.#appendPlainly(writer),
      ])();
      await pause(beatMs);
    }
  }

  #writerAt(place: Place): StampedWriter {
    const known = this.#writers.get(place.name);
    if (known !== undefined) return known;
    const writer = new StampedWriter(place);
    this.#writers.set(place.name, writer);
    return writer;
  }

  /** Sends a marked append to a key of somebody else. It must be refused. */
  async #forge({ place }: StampedWriter, stamp: RawStamp | undefined): Promise<void> {
    if (stamp === undefined) return;
    const { random } = this.#plan;
    this.#forgedCount += 1;
    const value = `${forgedPrefix}${this.#forgedCount} `;
    const key = random.pick([...place.keys, foreignKey, `${forgedPrefix}key`]);
    const answer = await this.#send()(this.#addressOf(place), { key, value, stamp });
    if (answer.type === 'done') {
      this.findings.push(`${place.name} took ${value}under ${JSON.stringify(stamp)}`);
    } else if (answer.code !== 'lost') {
      this.refusedCount += 1;
    }
  }

  /** Sessions were once numbered from 1, and those of the servers came first. */
  #guess(): RawStamp {
    const { random } = this.#plan;
    const session = random.pick([
      random.integer(1, 20),
      randomBytes(16).toString('base64url'),
      Buffer.alloc(16, random.integer(0, 2)).toString('base64url'),
    ]);
    return this.#numbered(session);
  }

  /** The session of its own with one bit changed. */
  #alike({ session }: StampedWriter): RawStamp | undefined {
    if (typeof session !== 'string') return undefined;
    const bytes = Buffer.from(session, 'base64url');
    const bit = this.#plan.random.integer(0, 127);
    const at = bit >> 3;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
    return this.#numbered(bytes.toString('base64url'));
  }

  /** A session that it opened at another place, with the stamp that would come next there. */
  #fromElsewhere(place: Place): RawStamp | undefined {
    // The sessions of a place come with its backup.
    const candidates = [...this.#writers.values()].filter(
      (writer) => writer.place !== place && !place.descendsFrom(writer.place),
    );
    if (candidates.length === 0) return undefined;
    const { session, number } = this.#plan.random.pick(candidates);
    return session === undefined
      ? undefined
      : { session, number: number + 1, firstOutstanding: number + 1 };
  }

  #numbered(session: string | number): RawStamp {
    const { random } = this.#plan;
    const number = random.pick([1, 2, random.integer(1, 3000), Number.MAX_SAFE_INTEGER - 1]);
    return { session, number, firstOutstanding: random.pick([1, number]) };
  }

  /** Appends under its own session, and sends the same again, also after its reply has been given up. */
  async #repeat(writer: StampedWriter): Promise<void> {
    const { random } = this.#plan;
    const { place } = writer;
    const first = await this.#append(writer, windowMax);
    if (first === undefined) return;
    await this.#again(first, place);
    // Raises the first outstanding number over it.
    if (random.chance(0.5)) await this.#append(writer, 0);
    await this.#again(first, place);
    await this.#again({ ...first, stamp: withLowestOutstanding(first.stamp) }, place);
  }

  #append(writer: StampedWriter, window: number): Promise<Acknowledged | undefined> {
    return writer.append(this.#send(), this.#addressOf(writer.place), window);
  }

  /** An append that was acknowledged gets the same answer again, or that the answer is gone. */
  async #again(append: Acknowledged, place: Place): Promise<void> {
    if (place.hasEnded) return;
    const answer = await this.#send()(this.#addressOf(place), append);
    this.repeatCount += 1;
    const isWrong =
      answer.type === 'done'
        ? answer.revision !== append.revision
        : repeatNever.includes(answer.code);
    // At the next incarnation the same addresses answer, and know nothing of it.
    if (isWrong && !place.hasEnded) {
      this.findings.push(`${place.name}: ${append.value}was answered ${JSON.stringify(answer)}`);
    }
  }

  async #appendPlainly(writer: StampedWriter): Promise<void> {
    const { place } = writer;
    const code = await writer.appendPlainly(this.#send(), this.#addressOf(place));
    if (code !== undefined && plainNever.includes(code)) {
      this.findings.push(`${place.name}: a write without a session was refused with ${code}`);
    }
  }

  #send(): Send {
    return this.#plan.random.pick([appendOverHttp, appendOverStream]);
  }

  #addressOf(place: Place): string {
    return this.#plan.random.pick(place.addresses);
  }
}

/** As if the client still awaited every reply that it may: a lower number makes it no stamp. */
function withLowestOutstanding(stamp: RawStamp): RawStamp {
  return { ...stamp, firstOutstanding: Math.max(1, stamp.number - sessionWindowMax + 1) };
}
