/** Checks the frames of proven servers and delivers their messages: all of a frame, or none. */
import type { Envelope, PeerId } from '@paxkv/paxos';
import { type FrameReader, isEnvelope, type PeerMessage, type SideMessage } from './codec.ts';

export interface PeerReceiverOptions {
  readonly reader: FrameReader;
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
    const reading = this.#options.reader.read(frame, node);
    if (!reading.valid) {
      this.#invalidCount += 1;
      return `invalid frame: ${reading.reason}`;
    }
    for (const message of reading.content) this.#deliver(node, message);
    return undefined;
  }

  #deliver(from: PeerId, message: PeerMessage): void {
    const { deliver, deliverSideMessage } = this.#options;
    this.#receivedCount += 1;
    if (isEnvelope(message)) deliver(message);
    else deliverSideMessage(from, message);
  }
}
