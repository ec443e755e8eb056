/**
 * The connections of clients, up to a limit. At the limit a new one takes the place of the one that has been idle
 * longest, first of those without any request yet. If none is idle, a few more are kept, so that other servers can
 * still connect on the same port; a request on such a surplus connection is refused.
 * Rule: clients that send nothing, or half a request, never keep others out, however many there are.
 */
import type { Duplex } from 'node:stream';

/** Surplus connections beyond which the oldest of them is closed. */
const surplusCountMax = 16;

export interface ClientSocketsOptions {
  readonly countMax: number;
  /** Whether the connection only waits for its client. */
  readonly isIdle: (socket: Duplex) => boolean;
}

export class ClientSockets {
  readonly #options: ClientSocketsOptions;
  /** Connections on which no request has come yet, the oldest first. */
  readonly #silent = new Set<Duplex>();
  /** Other connections, in order of their last requests. */
  readonly #served = new Set<Duplex>();
  readonly #surplus = new Set<Duplex>();

  constructor(options: ClientSocketsOptions) {
    this.#options = options;
  }

  /** Open connections, of streams too. */
  get count(): number {
    return this.#silent.size + this.#served.size + this.#surplus.size;
  }

  /** Takes a new connection. May destroy an idle one. */
  add(socket: Duplex): void {
    socket.once('close', () => this.release(socket));
    if (this.#isFull) this.#findIdle()?.destroy();
    if (!this.#isFull) {
      this.#silent.add(socket);
      return;
    }
    this.#surplus.add(socket);
    const [oldest] = this.#surplus;
    if (this.#surplus.size > surplusCountMax) oldest?.destroy();
  }

  /** A request began. Returns false if none may be served on this connection, since it is above the limit. */
  touch(socket: Duplex): boolean {
    if (this.#surplus.has(socket)) return false;
    if (this.#silent.delete(socket) || this.#served.delete(socket)) this.#served.add(socket);
    return true;
  }

  /** The connection is closed, or turned out to be another server's: it does not count any more. */
  release(socket: Duplex): void {
    for (const sockets of [this.#silent, this.#served, this.#surplus]) sockets.delete(socket);
  }

  get #isFull(): boolean {
    return this.#silent.size + this.#served.size >= this.#options.countMax;
  }

  /** The connection that has been idle longest, which does not count from now on. */
  #findIdle(): Duplex | undefined {
    for (const sockets of [this.#silent, this.#served]) {
      for (const socket of sockets) {
        if (!this.#options.isIdle(socket)) continue;
        this.release(socket);
        return socket;
      }
    }
    return undefined;
  }
}
