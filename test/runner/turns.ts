/**
 * Decides which test files run at the same time, though several processes run them: a file that must be alone waits
 * until no other runs, and the files after it wait for it. A turn ends with its connection, so also when its process
 * is killed.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** `alone` for what measures time or needs the whole machine. */
export type Company = 'alone' | 'together';

interface Wish {
  readonly company: Company;
  readonly socket: Socket;
}

/** Hands out turns in the order in which they are asked for. */
export class Turns {
  readonly #server: Server;
  #waiting: readonly Wish[] = [];
  readonly #running = new Set<Wish>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on 127.0.0.1. Keeps no process alive. */
  static async open(): Promise<Turns> {
    const server = createServer();
    const turns = new Turns(server);
    server.on('connection', (socket) => turns.#listenTo(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.unref();
    return turns;
  }

  /** For {@link takeTurn}. */
  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen');
    return address.port;
  }

  /** Ends all turns. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const { socket } of [...this.#running, ...this.#waiting]) socket.destroy();
    await closed;
  }

  #listenTo(socket: Socket): void {
    let wish: Wish | undefined;
    socket.once('data', (bytes) => {
      wish = { company: String(bytes) === 'alone' ? 'alone' : 'together', socket };
      this.#waiting = [...this.#waiting, wish];
      this.#grant();
    });
    // A process that is killed may reset its connection; what counts is that it closes.
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#waiting = this.#waiting.filter((each) => each !== wish);
      if (wish !== undefined) this.#running.delete(wish);
      this.#grant();
    });
  }

  #grant(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      if (!this.#mayRun(first)) return;
      this.#waiting = this.#waiting.slice(1);
      this.#running.add(first);
      first.socket.write('go');
    }
  }

  #mayRun({ company }: Wish): boolean {
    if (company === 'alone') return this.#running.size === 0;
    return ![...this.#running].some((each) => each.company === 'alone');
  }
}

/** Waits for a turn. @param port of the {@link Turns} @returns what ends the turn */
export async function takeTurn(port: number, company: Company): Promise<() => Promise<void>> {
  const socket = connect(port, '127.0.0.1');
  socket.write(company);
  await once(socket, 'data');
  return async () => {
    const closed = once(socket, 'close');
    socket.end();
    await closed;
  };
}
