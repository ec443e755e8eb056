/**
 * Frames between servers: a byte that names the kind, the length in four bytes (big-endian), and that many bytes.
 * A length is checked before anything is kept, and nothing is allocated for bytes that have not arrived.
 */

export const frameKind = { handshake: 1, messages: 2, ping: 3, pong: 4, goodbye: 5 } as const;

/** The bytes in front of each frame. */
export const headerBytes = 5;

/** The longest frame of each kind that is accepted. A kind that is absent is refused. */
export type FrameBounds = ReadonlyMap<number, number>;

export function frameHeader(kind: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(headerBytes);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(length, 1);
  return header;
}

/** Splits the bytes of a connection into frames. */
export class FrameSplitter {
  #bounds: FrameBounds;
  readonly #onFrame: (kind: number, payload: Uint8Array) => void;
  /** The beginning of a frame that is not complete yet. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** How many bytes must be held before there is something to do. */
  #wantedBytes = headerBytes;
  #isStopped = false;

  constructor(bounds: FrameBounds, onFrame: (kind: number, payload: Uint8Array) => void) {
    this.#bounds = bounds;
    this.#onFrame = onFrame;
  }

  /** For frames from now on. */
  setBounds(bounds: FrameBounds): void {
    this.#bounds = bounds;
  }

  /** Frees what is held, and ignores everything that follows. */
  stop(): void {
    this.#isStopped = true;
    this.#held = [];
  }

  /** Calls `onFrame` for each frame that is complete now. Returns the reason if the bytes are no frames. */
  push(chunk: Uint8Array): string | undefined {
    if (this.#isStopped) return undefined;
    this.#held.push(chunk);
    this.#heldBytes += chunk.byteLength;
    if (this.#heldBytes < this.#wantedBytes) return undefined;
    const bytes = this.#held.length === 1 ? chunk : Buffer.concat(this.#held, this.#heldBytes);
    return this.#split(bytes);
  }

  #split(bytes: Uint8Array): string | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let start = 0;
    this.#wantedBytes = headerBytes;
    while (bytes.byteLength - start >= headerBytes) {
      const kind = view.getUint8(start);
      const length = view.getUint32(start + 1);
      const lengthMax = this.#bounds.get(kind);
      if (lengthMax === undefined) return 'bad frame: its kind is not expected';
      if (length > lengthMax) return `bad frame: longer than ${lengthMax} bytes`;
      const end = start + headerBytes + length;
      if (end > bytes.byteLength) {
        this.#wantedBytes = headerBytes + length;
        break;
      }
      this.#onFrame(kind, bytes.subarray(start + headerBytes, end));
      if (this.#isStopped) return undefined;
      start = end;
    }
    this.#heldBytes = bytes.byteLength - start;
    this.#held = this.#heldBytes === 0 ? [] : [bytes.subarray(start)];
    return undefined;
  }
}
