/** The transport of one boot of a peer. It is opened once: each boot gets a new one. */
import type { Envelope, Inbox, PeerId, Transport } from '@paxkv/paxos';

/** What a transport needs of its network. */
export interface Exchange<V> {
  attach(transport: SimTransport<V>): void;
  detach(transport: SimTransport<V>): void;
  send(envelope: Envelope<V>, sender: SimTransport<V>): void;
}

export class SimTransport<V> implements Transport<V> {
  readonly peer: PeerId;
  readonly #exchange: Exchange<V>;
  #inbox: Inbox<V> | undefined;
  #isClosed = false;

  constructor(peer: PeerId, exchange: Exchange<V>) {
    this.peer = peer;
    this.#exchange = exchange;
  }

  async open(inbox: Inbox<V>): Promise<void> {
    if (this.#isClosed || this.#inbox !== undefined) {
      throw new TypeError(`this transport of peer ${this.peer} was opened before`);
    }
    this.#exchange.attach(this);
    this.#inbox = inbox;
  }

  send(envelope: Envelope<V>): void {
    if (this.#inbox !== undefined) this.#exchange.send(envelope, this);
  }

  async close(): Promise<void> {
    this.unplug();
  }

  /** Closes at once: the network forgets this transport. */
  unplug(): void {
    if (this.#inbox !== undefined) this.#exchange.detach(this);
    this.#inbox = undefined;
    this.#isClosed = true;
  }

  get isOpen(): boolean {
    return this.#inbox !== undefined;
  }

  receive(envelope: Envelope<V>): void {
    this.#inbox?.receive(envelope);
  }

  lost(peer: PeerId): void {
    this.#inbox?.disconnected(peer);
  }

  undeliverable(envelope: Envelope<V>): void {
    this.#inbox?.undeliverable(envelope);
  }
}
