/**
 * Encodes messages as MessagePack maps, one or more to a frame. Every field that arrives is checked, and a
 * field that `core/messages/` does not define is refused. MessagePack's shared records are not used: they
 * would save a few bytes, but each frame would depend on those before it.
 */
import type { Envelope } from '@paxkv/paxos/core';
import { bytesHeader, packTight } from '@paxkv/protocol';
// This entry point never loads the optional native string reader.
import { Packr } from 'msgpackr/pack';
import type { ChecksumMessage, ForwardedBatch, StateMessage } from '../replica/ports.ts';
import type { EnvelopeBounds } from './checks/bounds.ts';
import { type Check, isMap, Refused } from './checks/check.ts';
import { envelopeCheck } from './checks/envelope-check.ts';
import { sideCheck } from './checks/side-check.ts';
import { hasBoundedElements } from './frame-elements.ts';

export type Reading<T> =
  | { readonly valid: true; readonly content: T }
  | { readonly valid: false; readonly reason: string };

const packr = new Packr({ useRecords: false, mapsAsObjects: true });

/**
 * Encodes one message, to be sent alone or joined to others. `payloadBytes`: the size of all values and rows in it.
 */
export function pack(content: unknown, payloadBytes = 0): Uint8Array {
  return packTight(packr, content, payloadBytes);
}

/** Decodes the only content of a frame. The caller must check it. */
export function unpack(frame: Uint8Array): unknown {
  let content: unknown;
  let count = 0;
  const isWhole = unpackEach(frame, (each) => {
    content = each;
    count += 1;
    return count === 1;
  });
  return isWhole && count === 1 ? content : undefined;
}

/** Decodes the contents of a frame one by one, until `take` refuses one. False if it is no MessagePack, or too much. */
function unpackEach(frame: Uint8Array, take: (content: unknown) => boolean): boolean {
  if (!hasBoundedElements(frame)) return false;
  try {
    packr.unpackMultiple(frame, take);
    return true;
  } catch {
    return false;
  }
}

/** Messages between servers. */
export type PeerMessage = Envelope<Uint8Array> | SideMessage;

/** Messages between replicas other than those of Paxos. */
export type SideMessage = StateMessage | ForwardedBatch | ChecksumMessage;

export function isEnvelope(message: PeerMessage): message is Envelope<Uint8Array> {
  return 'message' in message;
}

/** Smaller values are copied: that costs less than a piece of their own. */
const pieceBytesMin = 64 * 1024;
const noBytes = new Uint8Array();
/** As MessagePack has no bytes. */
const packedNoBytes = 2;

/**
 * The bytes of a message in pieces, to be sent one after another. A large value that a quorum is asked to vote for is
 * a piece of its own, which is not copied. `payloadBytes`: as for {@link pack}.
 */
export function packMessage(message: PeerMessage, payloadBytes = 0): readonly Uint8Array[] {
  const parted = payloadBytes < pieceBytesMin ? undefined : withValueLast(message);
  if (parted === undefined) return [pack(message, payloadBytes)];
  const packed = pack(parted.content);
  const head = packed.subarray(0, packed.byteLength - packedNoBytes);
  return [head, bytesHeader(parted.value.byteLength), parted.value];
}

/** The message with no bytes for its only value, which is its last field; `undefined` if it may have others. */
function withValueLast(
  message: PeerMessage,
): { readonly content: unknown; readonly value: Uint8Array } | undefined {
  if (!isEnvelope(message)) {
    if (message.type !== 'forward') return undefined;
    const { value, ...fields } = message;
    return { content: { ...fields, value: noBytes }, value };
  }
  const { message: inner, ...envelope } = message;
  if (inner.type !== 'accept') return undefined;
  const { value, ...fields } = inner;
  return { content: { ...envelope, message: { ...fields, value: noBytes } }, value };
}

/** Reads the frames that other servers send to this one. */
export class FrameReader {
  readonly #checkEnvelope: Check<Envelope<Uint8Array>>;
  readonly #checkSide: Check<SideMessage>;
  readonly #me: number;

  constructor(me: number, bounds: EnvelopeBounds) {
    this.#checkEnvelope = envelopeCheck(bounds);
    this.#checkSide = sideCheck(bounds.valueBytesMax);
    this.#me = me;
  }

  /** All messages of a frame from `sender`, or none of them if one is invalid. */
  read(frame: Uint8Array, sender: number): Reading<PeerMessage[]> {
    const messages: PeerMessage[] = [];
    let reason: string | undefined;
    const isWhole = unpackEach(frame, (content) => {
      const reading = this.#readOne(content, sender);
      if (reading.valid) messages.push(reading.content);
      else reason = reading.reason;
      return reading.valid;
    });
    if (!isWhole) reason ??= 'not MessagePack';
    return reason === undefined ? { valid: true, content: messages } : { valid: false, reason };
  }

  #readOne(content: unknown, sender: number): Reading<PeerMessage> {
    // Envelopes have no type of their own.
    if (isMap(content) && 'type' in content) return toReading(this.#checkSide(content));
    const reading = toReading(this.#checkEnvelope(content));
    if (!reading.valid) return reading;
    if (reading.content.from !== sender) return { valid: false, reason: 'from: not the sender' };
    if (reading.content.to !== this.#me) return { valid: false, reason: 'to: not this server' };
    return reading;
  }
}

function toReading<T>(checked: T | Refused): Reading<T> {
  if (checked instanceof Refused) return { valid: false, reason: checked.text };
  return { valid: true, content: checked };
}
