/** What a server proves itself with to other servers: the secret of the cluster and, beyond loopback, a certificate. */
import { connect as connectPlain, type Socket } from 'node:net';
import {
  connect as connectTls,
  createSecureContext,
  createServer,
  type SecureContext,
} from 'node:tls';
import type { Secrets } from '../../config/cluster-secret.ts';
import type { PeerCredentials, PeerTls } from '../../config/peer-settings.ts';
import { publicSecrets } from './proof.ts';

/** The outcome of an accepted connection. */
export interface Accepted {
  /** Encrypted, and its certificate is one of the authority, if there is TLS. */
  readonly onSecure: (socket: Socket) => void;
  /** The TLS handshake failed, and the connection is closing. */
  readonly onInsecure: (reason: string) => void;
}

const minVersion = 'TLSv1.3';

export class PeerSecurity {
  #secrets: Secrets;
  #tls: { readonly context: SecureContext; readonly server: TlsAcceptor } | undefined;

  /** @throws Error if the key, a certificate or an authority cannot be read. */
  constructor({ secrets = publicSecrets, tls }: PeerCredentials = {}) {
    this.#secrets = secrets;
    this.#tls = tls && { context: contextOf(tls), server: new TlsAcceptor(tls) };
  }

  get secrets(): Secrets {
    return this.#secrets;
  }

  /**
   * For handshakes from now on; connections stay. Nothing changes if it throws.
   *
   * @throws Error if they cannot be read, or if there is TLS in only one of the old and the new ones.
   */
  replace({ secrets = publicSecrets, tls }: PeerCredentials): void {
    if ((tls === undefined) !== (this.#tls === undefined)) {
      throw new Error('TLS between servers can only be turned on or off by a restart');
    }
    this.#tls = tls && { context: contextOf(tls), server: new TlsAcceptor(tls) };
    this.#secrets = secrets;
  }

  /** Dials. The certificate there must be one of the authority; its member is compared in the handshake. */
  dial(host: string, port: number): Socket {
    if (this.#tls === undefined) return connectPlain({ host, port });
    return connectTls({
      ...{ host, port, minVersion, secureContext: this.#tls.context },
      // The name that counts is that of the member, wherever it listens.
      checkServerIdentity: () => undefined,
    });
  }

  /** Takes a connection to this server. */
  accept(socket: Socket, accepted: Accepted): void {
    if (this.#tls === undefined) accepted.onSecure(socket);
    else this.#tls.server.accept(socket, accepted);
  }
}

/** A TLS server that does not listen: it takes connections that were accepted elsewhere. */
class TlsAcceptor {
  readonly #server;
  /** By the address of the other end, which the encrypted socket shares with the one below it. */
  readonly #waiting = new Map<string, Accepted>();

  constructor({ key, cert, ca }: PeerTls) {
    this.#server = createServer({ key, cert, ca, minVersion, requestCert: true });
    this.#server.on('secureConnection', (socket) => {
      const accepted = this.#take(socket);
      if (accepted === undefined) socket.destroy();
      else accepted.onSecure(socket);
    });
    this.#server.on('tlsClientError', (error, socket) => {
      this.#take(socket)?.onInsecure(error.message);
      socket.destroy();
    });
  }

  accept(socket: Socket, accepted: Accepted): void {
    const name = nameOf(socket);
    this.#waiting.set(name, accepted);
    socket.once('close', () => {
      if (this.#waiting.get(name) !== accepted) return;
      this.#waiting.delete(name);
      // A certificate that is not accepted ends the connection without an error.
      accepted.onInsecure('the handshake ended, or the certificate is not accepted');
    });
    this.#server.emit('connection', socket);
  }

  #take(socket: Socket): Accepted | undefined {
    const name = nameOf(socket);
    const accepted = this.#waiting.get(name);
    this.#waiting.delete(name);
    return accepted;
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function contextOf({ key, cert, ca }: PeerTls): SecureContext {
  return createSecureContext({ key, cert, ca, minVersion });
}
