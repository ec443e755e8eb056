/** Checks the frames of proven servers and delivers their messages: all of a frame, or none. */
import type { Envelope, PeerId } from '@paxkv/paxos';
import { type FrameReader, isEnvelope, type PeerMessage, type SideMessage } from './codec.ts';
import type { PlausibilityBounds } from './plausibility.ts';

export interface PeerReceiverOptions {
  readonly reader: FrameReader;
  readonly plausibility: PlausibilityBounds;
  readonly deliver: (envelope: Envelope<Uint8Array>) => void;
  readonly deliverSideMessage: (from: PeerId, message: SideMessage) => void;
}

export class PeerReceiver {
  readonly #options: PeerReceiverOptions;
  #receivedCount = 0;
  #invalidCount = 0;

  constructor(options: PeerReceiverOptions) {
    this.#options = options;
  }

  /** Messages delivered since the start. */
  get receivedCount(): number {
    return this.#receivedCount;
  }

  /** Frames refused since the start; each also ends its connection. */
  get invalidCount(): number {
    return this.#invalidCount;
  }

  /** Takes a frame from `node`. Returns why it is refused; `undefined` if its messages were delivered. */
  take(node: PeerId, frame: Uint8Array): string | undefined {
    const { reader, plausibility } = this.#options;
    const reading = reader.read(frame, node);
    const refusal = reading.valid ? firstRefusal(plausibility, reading.content) : reading.reason;
    if (!reading.valid || refusal !== undefined) {
      this.#invalidCount += 1;
      return `invalid frame: ${refusal}`;
    }
    for (const message of reading.content) this.#deliver(node, message);
    return undefined;
  }

  #deliver(from: PeerId, message: PeerMessage): void {
    const { plausibility, deliver, deliverSideMessage } = this.#options;
    this.#receivedCount += 1;
    if (!isEnvelope(message)) {
      deliverSideMessage(from, message);
      return;
    }
    plausibility.observe(message);
    deliver(message);
  }
}

function firstRefusal(
  plausibility: PlausibilityBounds,
  messages: readonly PeerMessage[],
): string | undefined {
  for (const message of messages) {
    const refusal = isEnvelope(message) ? plausibility.refusalReason(message) : undefined;
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
