/** What a fuzzer sends its inputs to: one protocol of a server. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { SeededRandom } from '@paxkv/simulator';

/** Where a server listens. */
export interface Ports {
  /** For clients. */
  readonly port: number;
  /** For other servers; 0 if it has none. */
  readonly peerPort: number;
}

/** One protocol of a server. */
export interface Target {
  readonly name: string;
  /** The program of the server, beside this file. Default: server-program.js. */
  readonly program?: string;
  /** Connections at a time. Default: 32. */
  readonly connectionCount?: number;
  /** Most inputs on one connection. The server may close it earlier. */
  readonly inputsPerConnection: number;
  /** Opens a connection that is ready for inputs. @throws Error if the server does not accept it */
  open(ports: Ports): Promise<Socket>;
  /** The next input. */
  next(random: SeededRandom): Buffer;
}

/** A connection to a port of this machine. Errors are ends like any other here. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => socket.destroy());
  return socket;
}
