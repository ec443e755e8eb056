/**
 * Copies of messages by way of the real wire format: each is packed, framed, cut into pieces at random places, put
 * together again, read and checked, as on a connection between two servers.
 */
import { defaultPeerLimits, frameBytesMax } from '@paxkv/kvserver/internal/config/transport-limits';
import {
  FrameReader,
  type PeerMessage,
  pack,
  type SideMessage,
} from '@paxkv/kvserver/internal/transport/codec';
import {
  payloadBytesOf,
  withinLearnedBytes,
} from '@paxkv/kvserver/internal/transport/message-size';
import {
  FrameSplitter,
  frameHeader,
  frameKind,
} from '@paxkv/kvserver/internal/transport/wire/frame';
import type { Envelope } from '@paxkv/paxos';
import type { SeededRandom } from '@paxkv/simulator';

type Bytes = Uint8Array;

/** What a message takes besides values and rows. */
const fieldBytes = 200;

export class WireCopies {
  readonly #readers: readonly FrameReader[];
  readonly #random: SeededRandom;

  constructor(nodeCount: number, random: SeededRandom) {
    const bounds = { nodeCount, valueBytesMax: defaultPeerLimits.valueBytesMax };
    this.#readers = Array.from({ length: nodeCount }, (_, me) => new FrameReader(me, bounds));
    this.#random = random;
  }

  /** @throws Error if the receiver would refuse it: a server never sends such a message. */
  envelope(envelope: Envelope<Bytes>): Envelope<Bytes> {
    const { from, to } = envelope;
    const copy = this.#copy(withinLearnedBytes(envelope), from, to);
    if ('message' in copy) return copy;
    throw new Error(`an envelope was read as ${copy.type}`);
  }

  /** @throws Error as `envelope` does. */
  side<M extends SideMessage>(message: M, from: number, to: number): M {
    const copy = this.#copy(message, from, to);
    if (!('message' in copy) && isOfType(copy, message)) return copy;
    throw new Error(`a message of type ${message.type} was read as another`);
  }

  /** About how many bytes the message takes on a connection. */
  static bytesOf(message: PeerMessage): number {
    return fieldBytes + payloadBytesOf(message);
  }

  #copy(message: PeerMessage, from: number, to: number): PeerMessage {
    const packed = pack(message, payloadBytesOf(message));
    const frame = Buffer.concat([frameHeader(frameKind.messages, packed.byteLength), packed]);
    const reading = this.#readers[to]?.read(this.#carry(frame), from);
    if (reading?.valid === true) {
      const [copy, ...others] = reading.content;
      if (copy !== undefined && others.length === 0) return copy;
    }
    const reason = reading?.valid === false ? reading.reason : 'another number of messages';
    throw new Error(`server ${to} refused a message of server ${from}: ${reason}`);
  }

  /** The payload of the frame after it has arrived in pieces. */
  #carry(frame: Buffer): Bytes {
    const frames: Bytes[] = [];
    const bounds = new Map([[frameKind.messages as number, frameBytesMax(defaultPeerLimits)]]);
    const splitter = new FrameSplitter(bounds, (_, payload) => frames.push(payload));
    for (let at = 0; at < frame.length; ) {
      const end = this.#random.chance(0.7)
        ? frame.length
        : this.#random.integer(at + 1, frame.length);
      const reason = splitter.push(frame.subarray(at, end));
      if (reason !== undefined) throw new Error(reason);
      at = end;
    }
    const [payload] = frames;
    if (payload === undefined || frames.length > 1) throw new Error('a frame was lost or doubled');
    return payload;
  }
}

function isOfType<M extends SideMessage>(copy: SideMessage, message: M): copy is M {
  return copy.type === message.type;
}
