/**
 * Flight recorder: keeps the latest inputs of this server's peer on disk, compressed, also those of earlier runs. Each
 * segment begins with all that the peer knew, so a replay may start at any. Values of the log are replaced by their
 * length and a digest; a secret of the recording goes into the digest, so that no one can test a guess.
 * Rule: after a process was killed, all but the last second of its inputs is in the files. After it ended in any other
 * way, all is.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { TraceRecorder } from '@paxkv/paxos/core';
import { SegmentRing } from './segment-ring.ts';

/** Characters that are compressed at a time, unless a second has passed before. */
const pieceLength = 256 * 1024;
const pieceMsMax = 1000;
/** A segment ends once its steps take this part of the ring. */
const segmentShare = 1 / 8;
const digestLength = 16;

export interface FlightRecorderOptions {
  /** It has the recording alone, and is created if its parent exists. */
  readonly directory: string;
  /** How many bytes its files take together, unless the start of a segment alone takes more. */
  readonly bytesMax: number;
  /** In milliseconds, of a clock that never goes back. */
  readonly now: () => number;
  /** Called once if the disk fails. The recording ends with that. */
  readonly onFailed: (error: unknown) => void;
}

export class FlightRecorder {
  /** For the options of the peer. */
  readonly recorder: TraceRecorder<Uint8Array>;
  readonly #options: FlightRecorderOptions;
  readonly #ring: SegmentRing;
  readonly #secret = randomBytes(16);
  readonly #tokens = new WeakMap<Uint8Array, string>();
  #text = '';
  /** When the text was last compressed. */
  #emptiedAt: number;
  /** Bytes of the steps in the last segment. */
  #stepBytes = 0;
  #isBeginning = true;
  #valueCount = 0;

  private constructor(options: FlightRecorderOptions, ring: SegmentRing) {
    this.#options = options;
    this.#ring = ring;
    this.#emptiedAt = options.now();
    this.recorder = new TraceRecorder<Uint8Array>({
      isValue: (data) => data instanceof Uint8Array,
      tokenOf: (value) => this.#tokenOf(value),
      onLine: (line) => this.#add(line),
    });
    process.once('exit', this.#onExit);
  }

  /** Records behind what earlier runs have recorded. Rejects with the system's error. */
  static async open(options: FlightRecorderOptions): Promise<FlightRecorder> {
    return new FlightRecorder(options, await SegmentRing.open(options));
  }

  /** Resolves when the files hold all that was recorded before. */
  async save(): Promise<void> {
    this.#compress();
    await this.#ring.written();
  }

  /** Ends the recording. Called once, after the peer has made its last step. */
  async close(): Promise<void> {
    process.off('exit', this.#onExit);
    await this.save();
  }

  readonly #onExit = () => {
    this.#compress();
    this.#ring.writeNow();
  };

  #add(line: string): void {
    if (this.#isBeginning) {
      this.#isBeginning = false;
      this.#ring.begin();
      this.#text = `${line}\n`;
      // Apart from the steps: how much they take decides when the segment ends.
      this.#compress();
      this.#stepBytes = 0;
      return;
    }
    this.#text += `${line}\n`;
    const isDue = this.#options.now() - this.#emptiedAt >= pieceMsMax;
    if (!isDue && this.#text.length < pieceLength) return;
    this.#compress();
    if (this.#stepBytes < this.#options.bytesMax * segmentShare) return;
    this.#isBeginning = true;
    this.recorder.beginPart();
  }

  /** Members of gzip one after the other are one file. */
  #compress(): void {
    this.#emptiedAt = this.#options.now();
    if (this.#text === '') return;
    const piece = gzipSync(this.#text, { level: 1 });
    this.#text = '';
    this.#stepBytes += piece.length;
    this.#ring.add(piece);
  }

  /** Two objects with the same bytes get two tokens, since the core distinguishes them. */
  #tokenOf(value: Uint8Array): string {
    const known = this.#tokens.get(value);
    if (known !== undefined) return known;
    const digest = createHmac('sha256', this.#secret).update(value).digest('hex');
    const token = `${this.#valueCount}:${value.length}:${digest.slice(0, digestLength)}`;
    this.#valueCount += 1;
    this.#tokens.set(value, token);
    return token;
  }
}
