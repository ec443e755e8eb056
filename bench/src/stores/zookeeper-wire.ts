/**
 * A pipelining ZooKeeper session: the requests of one tick go in one write, and answers come in order. It
 * implements only the part of the protocol that the comparison needs.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

interface Waiting {
  readonly resolve: (payload: Buffer) => void;
  readonly reject: (error: Error) => void;
}

const requestTypes = { create: 1, getData: 4, setData: 5, ping: 11 } as const;
const pingXid = -2;
const eventXid = -1;
const sessionTimeoutMs = 30_000;
const pingPeriodMs = 10_000;
const anyVersion = -1;
const allPermissions = 31;
/** Fields of a reply header: xid, zxid, error. */
const replyHeaderBytes = 16;

export const noNode = -101;
const nodeExists = -110;

/** The server refused a request; `code` is the error number of ZooKeeper. */
export class ZooKeeperError extends Error {
  override readonly name = 'ZooKeeperError';
  readonly code: number;

  constructor(code: number) {
    super(`ZooKeeper says ${code}`);
    this.code = code;
  }
}

export class ZooKeeperSession {
  readonly #socket: Socket;
  readonly #pingTimer: NodeJS.Timeout;
  #waiting: Waiting[] = [];
  #answeredCount = 0;
  #outgoing: Buffer[] = [];
  #received: Buffer = Buffer.alloc(0);
  #xid = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('close', () => this.#failAll());
    this.#pingTimer = setInterval(() => this.#write(pingXid, requestTypes.ping), pingPeriodMs);
  }

  static async open(port: number): Promise<ZooKeeperSession> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const handshake = [int(0), Buffer.alloc(8), int(sessionTimeoutMs), Buffer.alloc(8)];
    socket.write(framed([...handshake, bytes(Buffer.alloc(16)), Buffer.from([0])]));
    await once(socket, 'data');
    return new ZooKeeperSession(socket);
  }

  /** Creates the node if it is absent, with all permissions for everyone. */
  async create(path: string, value: Buffer): Promise<void> {
    const world = [int(1), int(allPermissions), text('world'), text('anyone')];
    try {
      await this.#ask(requestTypes.create, [text(path), bytes(value), ...world, int(0)]);
    } catch (error) {
      if (!(error instanceof ZooKeeperError && error.code === nodeExists)) throw error;
    }
  }

  /** @throws ZooKeeperError `noNode` */
  async setData(path: string, value: Buffer): Promise<void> {
    await this.#ask(requestTypes.setData, [text(path), bytes(value), int(anyVersion)]);
  }

  /** @throws ZooKeeperError `noNode` */
  getData(path: string): Promise<Buffer> {
    return this.#ask(requestTypes.getData, [text(path), Buffer.from([0])]);
  }

  close(): void {
    clearInterval(this.#pingTimer);
    this.#socket.destroy();
  }

  #ask(type: number, parts: readonly Buffer[]): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#xid += 1;
      this.#write(this.#xid, type, parts);
    });
  }

  #write(xid: number, type: number, parts: readonly Buffer[] = []): void {
    if (this.#outgoing.length === 0) process.nextTick(() => this.#flush());
    this.#outgoing.push(framed([int(xid), int(type), ...parts]));
  }

  #flush(): void {
    this.#socket.write(Buffer.concat(this.#outgoing));
    this.#outgoing = [];
  }

  #take(chunk: Buffer): void {
    const received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    let start = 0;
    while (received.length - start >= 4) {
      const end = start + 4 + received.readInt32BE(start);
      if (end > received.length) break;
      this.#answer(received.subarray(start + 4, end));
      start = end;
    }
    this.#received = received.subarray(start);
    this.#waiting = this.#waiting.slice(this.#answeredCount);
    this.#answeredCount = 0;
  }

  #answer(reply: Buffer): void {
    const xid = reply.readInt32BE(0);
    if (xid === pingXid || xid === eventXid) return;
    const waiting = this.#waiting[this.#answeredCount];
    this.#answeredCount += 1;
    const code = reply.readInt32BE(12);
    if (code === 0) waiting?.resolve(reply.subarray(replyHeaderBytes));
    else waiting?.reject(new ZooKeeperError(code));
  }

  #failAll(): void {
    for (const { reject } of this.#waiting) reject(new Error('the connection ended'));
    this.#waiting = [];
  }
}

function framed(parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int(body.length), body]);
}

function int(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function text(value: string): Buffer {
  return bytes(Buffer.from(value));
}

function bytes(value: Buffer): Buffer {
  return Buffer.concat([int(value.length), value]);
}
