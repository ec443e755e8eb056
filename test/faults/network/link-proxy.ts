/** A TCP proxy on one directed link: it accepts connections to one node from one other. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type LinkFault, passesCloses } from './link-fault.ts';
import { Pipe } from './pipe.ts';

interface Connection {
  /** The sockets to the node that dialled and to the one it dialled. */
  readonly near: Socket;
  readonly far: Socket;
  readonly there: Pipe;
  readonly back: Pipe;
}

export class LinkProxy {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  #target = { host: '', port: 0 };
  #fault: LinkFault = { type: 'pass' };

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (near) => this.#admit(near));
  }

  static async open(): Promise<LinkProxy> {
    const server = createServer({ noDelay: true });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new LinkProxy(server);
  }

  /** The address to dial instead of the target. */
  get address(): string {
    const address = this.#server.address();
    return `127.0.0.1:${isAddressInfo(address) ? address.port : 0}`;
  }

  /** Sets the target (`host:port`) of new connections. */
  set target(address: string) {
    const [host = '', port = ''] = address.split(':');
    this.#target = { host, port: Number(port) };
  }

  set fault(fault: LinkFault) {
    this.#fault = fault;
    for (const connection of [...this.#connections]) {
      const { near, far, there, back } = connection;
      const isHalf = near.closed || far.closed || there.hasLost || back.hasLost;
      if (fault.type === 'cut' || (passesCloses(fault) && isHalf)) {
        this.#reset(connection);
      } else {
        there.fault = fault;
        back.fault = fault;
      }
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const connection of [...this.#connections]) this.#reset(connection);
    await closed;
  }

  #admit(near: Socket): void {
    if (this.#fault.type === 'cut') {
      near.on('error', ignoreLoss);
      near.resetAndDestroy();
      return;
    }
    const far = connect({ ...this.#target, noDelay: true });
    const there = new Pipe(near, far, this.#fault);
    const back = new Pipe(far, near, this.#fault);
    const connection = { near, far, there, back };
    this.#connections.add(connection);
    for (const socket of [near, far]) {
      socket.on('error', ignoreLoss);
      socket.on('close', () => this.#onClose(connection));
    }
  }

  /**
   * One end has closed. The other end is closed too, unless the link is half-open: then once it is
   * healthy.
   */
  #onClose(connection: Connection): void {
    const { near, far } = connection;
    if (passesCloses(this.#fault) || (near.closed && far.closed)) this.#reset(connection);
  }

  #reset(connection: Connection): void {
    this.#connections.delete(connection);
    const { near, far, there, back } = connection;
    for (const pipe of [there, back]) pipe.close();
    for (const socket of [near, far]) if (!socket.destroyed) socket.resetAndDestroy();
  }
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

/** An error of a connection also shows in its close event. */
function ignoreLoss(): void {}
