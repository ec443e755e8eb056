/** The ports of replicas other than Paxos: their messages travel on the same connections. */
import type { PeerId } from '@paxkv/paxos';
import type {
  ChecksumMessage,
  ChecksumPort,
  ForwardedBatch,
  ForwardPort,
  StateMessage,
  StatePort,
} from '../replica/ports.ts';
import type { SideMessage } from './codec.ts';

export class SidePorts {
  readonly #send: (to: PeerId, message: SideMessage) => void;
  #receiveState: ((from: PeerId, message: StateMessage) => void) | undefined;
  #receiveForwarded: ((from: PeerId, message: ForwardedBatch) => void) | undefined;
  #receiveChecksum: ((from: PeerId, message: ChecksumMessage) => void) | undefined;

  /** `send` drops a message that cannot be sent. */
  constructor(send: (to: PeerId, message: SideMessage) => void) {
    this.#send = send;
  }

  /** Carries state transfer messages. */
  get state(): StatePort {
    return {
      open: (receive) => {
        this.#receiveState = receive;
      },
      send: (to, message) => this.#send(to, message),
      close: () => {
        this.#receiveState = undefined;
      },
    };
  }

  /** Carries forwarded batches. */
  get forward(): ForwardPort {
    return {
      open: (receive) => {
        this.#receiveForwarded = receive;
      },
      send: (to, message) => this.#send(to, message),
      close: () => {
        this.#receiveForwarded = undefined;
      },
    };
  }

  /** Carries checksums of states. */
  get checksum(): ChecksumPort {
    return {
      open: (receive) => {
        this.#receiveChecksum = receive;
      },
      send: (to, message) => this.#send(to, message),
      close: () => {
        this.#receiveChecksum = undefined;
      },
    };
  }

  /** Hands a message to the port that is for it, if that is open. */
  deliver(from: PeerId, message: SideMessage): void {
    if (message.type === 'forward') this.#receiveForwarded?.(from, message);
    else if (message.type === 'checksum') this.#receiveChecksum?.(from, message);
    else this.#receiveState?.(from, message);
  }
}
