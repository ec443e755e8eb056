/**
 * Flight recorder: keeps the inputs of this server's peer in memory, compressed, from its start until the memory
 * for them is used up. Values of the log are replaced by their length and a digest; a secret of the recording
 * goes into the digest, so that no one can test a guess.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { TraceRecorder } from '@paxkv/paxos/core';

/** Characters that are compressed at a time. */
const chunkLength = 256 * 1024;
const bytesMaxDefault = 8 * 1024 * 1024;
const digestLength = 16;

export class FlightRecorder {
  /** For the options of the peer. */
  readonly recorder: TraceRecorder<Uint8Array>;
  readonly #bytesMax: number;
  readonly #secret = randomBytes(16);
  readonly #tokens = new WeakMap<Uint8Array, string>();
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #text = '';
  #valueCount = 0;
  #isFull = false;

  /** `bytesMax`: how much the compressed recording may take. One chunk of text comes on top of it. */
  constructor(bytesMax = bytesMaxDefault) {
    this.#bytesMax = bytesMax;
    this.recorder = new TraceRecorder<Uint8Array>({
      isValue: (data) => data instanceof Uint8Array,
      tokenOf: (value) => this.#tokenOf(value),
      onLine: (line) => this.#add(line),
    });
  }

  /** Whether the recording has ended since there is no more memory for it. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** The recording so far: lines of JSON, compressed by gzip. */
  file(): Buffer {
    this.#compress();
    return Buffer.concat(this.#chunks);
  }

  #add(line: string): void {
    if (this.#isFull) return;
    this.#text += `${line}\n`;
    if (this.#text.length >= chunkLength) this.#compress();
  }

  /** Members of gzip one after the other are one file. */
  #compress(): void {
    if (this.#text === '') return;
    const chunk = gzipSync(this.#text, { level: 1 });
    this.#text = '';
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#isFull = this.#bytes >= this.#bytesMax;
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
