/**
 * The connection to one other server: dials it, identifies this server, and dials again whenever the connection is
 * lost. All messages go out on it; in the other direction come a few that must not wait behind large ones.
 */
import type { Random } from '@paxkv/paxos';
import type { PeerStatus } from '@paxkv/protocol';
import { frameBytesMax, type PeerLimits } from '../config/transport-limits.ts';
import { Keepalive } from '../system/keepalive.ts';
import { Backoff } from './backoff.ts';
import type { DialTargets } from './dial-targets.ts';
import type { DialerExchange, DialerStep } from './exchange/exchange.ts';
import { formats, type Hello, type Refusal, type Welcome, wrongIncarnation } from './handshake.ts';
import { byteLengthOf, Outbox } from './outbox.ts';
import { printable } from './text.ts';
import type { Wire } from './wire/wire.ts';

/** How long `close` waits for the other server to take the last messages. */
const closeMsMax = 200;
/** The longest frame that comes back. */
export const backFrameBytesMax = 64 * 1024;
/** A message of this size may still be on its way after {@link largeMs}. */
const largeBytesMin = 64 * 1024;
const largeMs = 1000;

export interface OutgoingLinkOptions {
  /** How the other server can be reached. */
  readonly targets: DialTargets;
  /** The other server. */
  readonly to: number;
  /** The hello of each attempt. */
  readonly hello: () => Hello;
  readonly limits: PeerLimits;
  readonly random: Random;
  /** The other server, which is proven, refused this one: it cannot run at this feature level of the cluster. */
  readonly onLevel: (level: number) => void;
  /** A frame came back. Returns why it is refused; `undefined` if it is not. */
  readonly onFrame: (frame: Uint8Array) => string | undefined;
  /** The other server accepts this one. Returns whether this one accepts it, too. */
  readonly onWelcome: (welcome: Welcome, isProven: boolean) => boolean;
  /** Called whenever the status differs from before. */
  readonly onChange: (status: PeerStatus) => void;
}

export class OutgoingLink {
  readonly #options: OutgoingLinkOptions;
  readonly #backoff: Backoff;
  #status: PeerStatus;
  #closed = false;
  /** From dialling until the connection is gone. At most one at a time. */
  #wire: Wire | undefined;
  #exchange: DialerExchange | undefined;
  /** Present while the connection is open. */
  #outbox: Outbox | undefined;
  #keepalive: Keepalive | undefined;
  /** Starts the next attempt, or ends the current one. */
  #timer: NodeJS.Timeout | undefined;
  /** When the connection was opened. */
  #openedMs: number | undefined;
  /** Until when a large message may be on its way. */
  #busyUntilMs = 0;
  /** The format of the messages on the open connection. */
  #formatVersion = formats.min;
  #isProven = false;
  /** Why this side ends the connection. */
  #reason: string | undefined;

  constructor(options: OutgoingLinkOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random, options.limits);
    this.#status = { node: options.to, connected: false };
  }

  get status(): PeerStatus {
    const roundTripMs = this.#outbox && this.#keepalive?.roundTripMs;
    if (roundTripMs === undefined) return this.#status;
    return { ...this.#status, roundTripMs: Math.round(roundTripMs * 100) / 100 };
  }

  /** The round trips since the last call, in milliseconds. */
  takeRoundTrips(): readonly number[] {
    return this.#keepalive?.takeRoundTrips() ?? [];
  }

  /** Dials, now and whenever the connection is lost, until closed. */
  dial(): void {
    const { handshakeMsMax } = this.#options.limits;
    this.#reason = undefined;
    this.#timer = setTimeout(
      () => this.#giveUp(`no answer for ${handshakeMsMax} ms`),
      handshakeMsMax,
    );
    const { wire, exchange } = this.#options.targets.dial();
    this.#wire = wire;
    wire.on('ready', () => this.#begin(wire, exchange));
    wire.on('handshake', (frame) => this.#onHandshake(wire, frame));
    wire.on('message', (frame) => this.#onFrame(frame));
    wire.on('violation', (reason) => this.#giveUp(reason));
    wire.on('close', (reason) => this.#onClose(reason));
  }

  /** The other server has connected to this one: dials now instead of after the current delay. */
  dialNow(): void {
    if (this.#closed || this.#wire !== undefined) return;
    clearTimeout(this.#timer);
    this.#backoff.reset();
    this.dial();
  }

  /** Sends a message in pieces. Returns false if it is dropped: there is no connection, or its queue is full. */
  send(pieces: readonly Uint8Array[]): boolean {
    if (byteLengthOf(pieces) >= largeBytesMin) this.#busyUntilMs = performance.now() + largeMs;
    return this.#outbox?.add(pieces) ?? false;
  }

  /** Sends the queued messages now instead of at the end of this turn of the event loop. */
  flush(): void {
    this.#outbox?.flush();
  }

  /** Whether a message may have to wait behind others. */
  get isBusy(): boolean {
    return (this.#wire?.queuedBytes ?? 0) > 0 || performance.now() < this.#busyUntilMs;
  }

  /** The format in which the other server reads messages on this connection, while it is open. */
  get formatVersion(): number {
    return this.#formatVersion;
  }

  /** Whether the other server has proven on the open connection that it has the secret of the cluster. */
  get isProven(): boolean {
    return this.#isProven;
  }

  get isOpen(): boolean {
    return this.#outbox !== undefined;
  }

  /** Ends the connection, if there is one, and dials again. */
  redial(reason: string): void {
    if (this.#wire !== undefined) this.#giveUp(reason);
  }

  /** Resolves when the messages given before are sent and the connection is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const wire = this.#wire;
    if (wire === undefined) return;
    const gone = new Promise<void>((resolve) => wire.once('close', () => resolve()));
    if (this.#outbox === undefined) wire.terminate();
    else this.#closeGracefully(wire, this.#outbox);
    await gone;
  }

  #closeGracefully(wire: Wire, outbox: Outbox): void {
    outbox.flush();
    wire.closeWith('the server stops');
    const timer = setTimeout(() => wire.terminate(), closeMsMax);
    wire.once('close', () => clearTimeout(timer));
  }

  #begin(wire: Wire, exchangeOn: (wire: Wire, hello: Hello) => DialerExchange | string): void {
    const exchange = exchangeOn(wire, this.#options.hello());
    if (typeof exchange === 'string') {
      this.#giveUp(exchange);
      return;
    }
    this.#exchange = exchange;
    wire.sendHandshake(exchange.begin());
  }

  #onHandshake(wire: Wire, frame: Uint8Array): void {
    // This side has given up, so a late answer does not count.
    if (this.#closed || this.#reason !== undefined) return;
    if (this.isOpen) this.#giveUp('bad answer: a second one');
    else if (this.#exchange === undefined) this.#giveUp('bad answer: it came before the hello');
    else this.#onStep(wire, this.#exchange.onFrame(frame));
  }

  #onStep(wire: Wire, step: DialerStep): void {
    if (step.type === 'send') wire.sendHandshake(step.frame);
    else if (step.type === 'failed') this.#giveUp(step.reason);
    else if (step.answer.type === 'refusal') this.#onRefused(step.answer, step.isProven);
    else this.#onOpen(wire, step.answer, step.isProven);
  }

  #onRefused({ reason, level }: Refusal, isProven: boolean): void {
    this.#giveUp(`refused: ${reason}`);
    if (level !== undefined && isProven) this.#options.onLevel(level);
  }

  #onOpen(wire: Wire, welcome: Welcome, isProven: boolean): void {
    const { formatVersion } = welcome;
    const { limits } = this.#options;
    if (formatVersion < formats.min || formatVersion > formats.max) {
      this.#giveUp(`peer format ${formatVersion} was not offered`);
      return;
    }
    if (!this.#options.onWelcome(welcome, isProven)) {
      this.#giveUp(wrongIncarnation);
      return;
    }
    clearTimeout(this.#timer);
    this.#formatVersion = formatVersion;
    this.#isProven = isProven;
    this.#openedMs = performance.now();
    wire.open(backFrameBytesMax);
    this.#outbox = new Outbox(wire, { ...limits, frameBytesMax: frameBytesMax(limits) });
    this.#keepalive = new Keepalive(wire, limits, () =>
      this.#giveUp(`silent for ${limits.silenceMsMax} ms`),
    );
    this.#report({ node: this.#status.node, connected: true });
  }

  #onFrame(frame: Uint8Array): void {
    if (this.#closed || this.#reason !== undefined) return;
    const refusal = this.#options.onFrame(frame);
    if (refusal !== undefined) this.#giveUp(refusal);
  }

  #giveUp(reason: string): void {
    this.#reason ??= reason;
    this.#wire?.terminate();
  }

  #onClose(closeReason: string): void {
    this.#wire = undefined;
    this.#exchange = undefined;
    this.#outbox = undefined;
    this.#busyUntilMs = 0;
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
