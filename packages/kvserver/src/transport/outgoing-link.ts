/**
 * The connection to one other server: dials it, sends a hello, and dials again whenever the connection is
 * lost. Messages only go out on it; the answer to the hello is all that comes in.
 */
import type { Random } from '@paxkv/paxos';
import type { PeerStatus } from '@paxkv/protocol';
import { type ClientOptions, type RawData, WebSocket } from 'ws';
import { frameBytesMax, type PeerLimits } from '../config/transport-limits.ts';
import { Keepalive } from '../system/keepalive.ts';
import { Backoff } from './backoff.ts';
import { pack, unpack } from './codec.ts';
import {
  formats,
  type Hello,
  helloBytesMax,
  peerPath,
  printable,
  type Refusal,
  readAnswer,
  type Welcome,
  wrongIncarnation,
} from './handshake.ts';
import { Outbox } from './outbox.ts';

/** How long `close` waits for the other server to take the last messages. */
const closeMsMax = 200;

export interface OutgoingLinkOptions {
  /** host:port of the other server. */
  readonly address: string;
  /** The other server. */
  readonly to: number;
  /** The hello of each attempt. */
  readonly hello: () => Hello;
  readonly limits: PeerLimits;
  readonly random: Random;
  /** The other server refused this one, which cannot run at this feature level of the cluster. */
  readonly onLevel: (level: number) => void;
  /** The other server accepts this one. Returns whether this one accepts it, too. */
  readonly onWelcome: (welcome: Welcome) => boolean;
  /** Called whenever the status differs from before. */
  readonly onChange: (status: PeerStatus) => void;
}

export class OutgoingLink {
  readonly #options: OutgoingLinkOptions;
  readonly #url: string;
  readonly #backoff: Backoff;
  #status: PeerStatus;
  #closed = false;
  /** From dialling until the connection is gone. At most one at a time. */
  #socket: WebSocket | undefined;
  /** Present while the connection is open. */
  #outbox: Outbox | undefined;
  #keepalive: Keepalive | undefined;
  /** Starts the next attempt, or ends the current one. */
  #timer: NodeJS.Timeout | undefined;
  /** When the connection was opened. */
  #openedMs: number | undefined;
  /** The format of the messages on the open connection. */
  #formatVersion = formats.min;
  /** Why this side ends the connection. */
  #reason: string | undefined;

  /** @throws TypeError if the address is not one. */
  constructor(options: OutgoingLinkOptions) {
    this.#options = options;
    this.#url = urlOf(options.address);
    this.#backoff = new Backoff(options.random, options.limits);
    this.#status = { node: options.to, connected: false };
  }

  get status(): PeerStatus {
    const roundTripMs = this.#outbox && this.#keepalive?.roundTripMs;
    if (roundTripMs === undefined) return this.#status;
    return { ...this.#status, roundTripMs: Math.round(roundTripMs * 100) / 100 };
  }

  /** Dials, now and whenever the connection is lost, until closed. */
  dial(): void {
    const { limits } = this.#options;
    const settings: ClientOptions & { closeTimeout: number } = {
      perMessageDeflate: false,
      maxPayload: helloBytesMax,
      closeTimeout: limits.handshakeMsMax,
      // Masks protect proxies from web pages. Servers do not need them, and masking touches each byte twice.
      generateMask: (mask) => mask.fill(0),
    };
    const socket = new WebSocket(this.#url, settings);
    this.#socket = socket;
    this.#reason = undefined;
    this.#timer = setTimeout(
      () => this.#giveUp(`no answer for ${limits.handshakeMsMax} ms`),
      limits.handshakeMsMax,
    );
    socket.on('open', () => socket.send(pack(this.#options.hello())));
    socket.on('message', (data) => this.#onAnswer(data));
    socket.on('error', (error) => {
      this.#reason ??= textOf(error);
    });
    socket.on('close', (code, text) =>
      this.#onClose(text.toString() || `connection lost (${code})`),
    );
  }

  /** The other server has connected to this one: dials now instead of after the current delay. */
  dialNow(): void {
    if (this.#closed || this.#socket !== undefined) return;
    clearTimeout(this.#timer);
    this.#backoff.reset();
    this.dial();
  }

  /** Returns false if the message is dropped: there is no connection, or its queue is full. */
  send(message: Uint8Array): boolean {
    return this.#outbox?.add(message) ?? false;
  }

  /** Sends the queued messages now instead of at the end of this turn of the event loop. */
  flush(): void {
    this.#outbox?.flush();
  }

  /** The format in which the other server reads messages on this connection, while it is open. */
  get formatVersion(): number {
    return this.#formatVersion;
  }

  get isOpen(): boolean {
    return this.#outbox !== undefined;
  }

  /** Resolves when the messages given before are sent and the connection is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (socket === undefined) return;
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    if (this.#outbox === undefined) socket.terminate();
    else this.#closeGracefully(socket, this.#outbox);
    await gone;
  }

  #closeGracefully(socket: WebSocket, outbox: Outbox): void {
    outbox.flush();
    socket.close(1001);
    const timer = setTimeout(() => socket.terminate(), closeMsMax);
    socket.once('close', () => clearTimeout(timer));
  }

  #onAnswer(data: RawData): void {
    // This side has given up, so a late answer does not count.
    if (this.#closed || this.#reason !== undefined) return;
    const answer = readAnswer(data instanceof Uint8Array ? unpack(data) : undefined);
    if (!answer.valid) this.#giveUp(answer.reason);
    else if (answer.content.type === 'refusal') this.#onRefused(answer.content);
    else if (this.isOpen) this.#giveUp('a second answer');
    else this.#onOpen(answer.content);
  }

  #onRefused({ reason, level }: Refusal): void {
    this.#giveUp(`refused: ${reason}`);
    if (level !== undefined) this.#options.onLevel(level);
  }

  #onOpen(welcome: Welcome): void {
    const { formatVersion } = welcome;
    const { limits } = this.#options;
    const socket = this.#socket;
    if (socket === undefined) return;
    if (formatVersion < formats.min || formatVersion > formats.max) {
      this.#giveUp(`peer format ${formatVersion} was not offered`);
      return;
    }
    if (!this.#options.onWelcome(welcome)) {
      this.#giveUp(wrongIncarnation);
      return;
    }
    clearTimeout(this.#timer);
    this.#formatVersion = formatVersion;
    this.#openedMs = performance.now();
    this.#outbox = new Outbox(socket, { ...limits, frameBytesMax: frameBytesMax(limits) });
    this.#keepalive = new Keepalive(socket, limits, () =>
      this.#giveUp(`silent for ${limits.silenceMsMax} ms`),
    );
    this.#report({ node: this.#status.node, connected: true });
  }

  #giveUp(reason: string): void {
    this.#reason ??= reason;
    this.#socket?.terminate();
  }

  #onClose(closeReason: string): void {
    this.#socket = undefined;
    this.#outbox = undefined;
    this.#keepalive?.stop();
    clearTimeout(this.#timer);
    if (this.#closed) {
      this.#status = { node: this.#status.node, connected: false };
      return;
    }
    const reason = printable(this.#reason ?? closeReason);
    // A connection that is lost soon after it opened must not be dialed again without a delay.
    const lifetimeMs = this.#openedMs === undefined ? 0 : performance.now() - this.#openedMs;
    if (lifetimeMs > this.#options.limits.retryDelayMsMax) {
      this.#backoff.reset();
    }
    this.#openedMs = undefined;
    this.#timer = setTimeout(() => this.dial(), this.#backoff.nextMs());
    this.#report({ node: this.#status.node, connected: false, reason });
  }

  #report(status: PeerStatus): void {
    const before = this.#status;
    this.#status = status;
    const isSame = before.connected === status.connected && before.reason === status.reason;
    if (!isSame) this.#options.onChange(status);
  }
}

function urlOf(address: string): string {
  if (!/^([\w.-]+|\[[\da-f:]+\]):\d{1,5}$/i.test(address)) {
    throw new TypeError(`"${address}" is not a host:port address`);
  }
  return new URL(`ws://${address}${peerPath}`).href;
}

function textOf(error: Error): string {
  // An AggregateError has no message of its own.
  if (error instanceof AggregateError) return error.errors.map(String).join('; ');
  return error.message;
}
