/**
 * Authenticator: the principal of a connection or an HTTP request, from its bearer token (RFC 6750) or from the
 * client certificate of its connection. Browsers may send the token as the password of Basic (RFC 7617).
 * Rule: credentials that are there are checked, even while none are required.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { KvError, type Principal, rootUser } from '@paxkv/protocol';
import type { TokenVerifier } from './token-verifier.ts';

export interface AuthenticatorOptions {
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  /** A token of this server that proves the user `root`. */
  readonly rootToken: string | undefined;
  /** Whether a request without credentials is refused. */
  readonly isRequired: () => boolean;
}

export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #rootDigest: Buffer | undefined;
  readonly #principals = new WeakMap<IncomingMessage, Principal>();

  constructor(options: AuthenticatorOptions) {
    const { rootToken } = options;
    this.#options = options;
    this.#rootDigest = rootToken === undefined ? undefined : digestOf(rootToken);
  }

  /** The principal that was found by `admit`; `undefined` for an anonymous request. */
  principalOf(request: IncomingMessage): Principal | undefined {
    return this.#principals.get(request);
  }

  /**
   * Finds the principal of the request.
   *
   * @throws KvError `KV_UNAUTHENTICATED`, `KV_TOO_MANY_ATTEMPTS`, `KV_OVERLOADED`
   */
  async admit(request: IncomingMessage): Promise<Principal | undefined> {
    const principal = await this.#find(request);
    if (principal !== undefined) this.#principals.set(request, principal);
    else if (this.#options.isRequired()) {
      throw new KvError('KV_UNAUTHENTICATED', 'Send a token, as in Authorization: Bearer <token>.');
    }
    return principal;
  }

  /** Whether `admit` would find an anonymous request that is admitted, which most are where nothing is required. */
  isAnonymous(request: IncomingMessage): boolean {
    if (request.headers.authorization !== undefined || this.#options.isRequired()) return false;
    return !(request.socket instanceof TLSSocket) || !hasCertificate(request.socket);
  }

  async #find({ headers, socket }: IncomingMessage): Promise<Principal | undefined> {
    const token = tokenIn(headers.authorization);
    if (token !== undefined) {
      if (this.#isRootToken(token)) return { user: rootUser };
      return this.#options.verifier.verify(token, socket.remoteAddress ?? '');
    }
    return socket instanceof TLSSocket ? certificateUser(socket) : undefined;
  }

  #isRootToken(token: string): boolean {
    return this.#rootDigest !== undefined && timingSafeEqual(digestOf(token), this.#rootDigest);
  }
}

/** @throws KvError `KV_UNAUTHENTICATED` for any other scheme. */
function tokenIn(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  if (bearer !== undefined) return bearer;
  const [, basic] = /^Basic +([\w+/=-]+) *$/i.exec(authorization) ?? [];
  const password = basic && /^[^:]*:(.+)$/s.exec(Buffer.from(basic, 'base64').toString())?.[1];
  if (password) return password;
  throw new KvError('KV_UNAUTHENTICATED', 'The Authorization header is not Bearer <token>.');
}

/** The user is the common name of a certificate that the authority for clients has signed. */
function certificateUser(socket: TLSSocket): Principal | undefined {
  if (!hasCertificate(socket)) return undefined;
  const user = socket.getPeerCertificate().subject.CN;
  if (socket.authorized && typeof user === 'string') return { user };
  const reason = socket.authorized ? 'it names no single user' : String(socket.authorizationError);
  throw new KvError('KV_UNAUTHENTICATED', `The client certificate is not accepted: ${reason}.`);
}

function hasCertificate(socket: TLSSocket): boolean {
  // Node returns an empty object if the client has sent none.
  return Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
}

/** Digests have one length, so that comparing them takes one time. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
