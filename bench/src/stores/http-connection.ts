/**
 * A minimal HTTP client: one keep-alive connection, one request at a time, and only the status and the
 * length of an answer are parsed. All stores use it, so that only the servers differ.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

interface Waiting {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');
const nothing = Buffer.alloc(0);

export class HttpConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #received: Buffer = nothing;
  #waiting: Waiting | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** Connects to `host:port`. */
  static async open(address: string): Promise<HttpConnection> {
    const [host = '', port = ''] = address.split(':');
    const socket = connect(Number(port), host);
    await once(socket, 'connect');
    return new HttpConnection(socket, address);
  }

  /** Rejects if the connection breaks. Must not be called while an answer is pending. */
  post(path: string, body: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(
        `POST ${path} HTTP/1.1\r\nhost: ${this.#host}\r\ncontent-type: application/json\r\n` +
          `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const answer = parseAnswer(this.#received);
    if (answer === undefined) return;
    this.#received = nothing;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(answer);
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** `undefined` while the answer is incomplete. A chunked body is returned undecoded. */
export function parseAnswer(received: Buffer): HttpAnswer | undefined {
  const headLength = received.indexOf(headEnd);
  if (headLength < 0) return undefined;
  const head = received.toString('latin1', 0, headLength);
  const body = received.subarray(headLength + headEnd.length);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isWhole =
    length === undefined
      ? body.subarray(-lastChunk.length).equals(lastChunk)
      : body.length >= Number(length);
  return isWhole ? { status, body } : undefined;
}
