/** What a client proves its user with, and how it recognizes the servers. */

/** A token, or a function that returns the current one, which is called for each request and connection. */
export type TokenSource = string | (() => string | Promise<string>);

/** In PEM. Node.js only: a browser has the certificates of its user. */
export interface ClientTlsOptions {
  /** The authority that signed the certificates of the servers. Default: those that Node.js knows. */
  readonly ca?: string;
  /** The certificate of the user, with `key`. */
  readonly cert?: string;
  readonly key?: string;
}

/** What a client proves its user with, and whose servers it believes. */
export interface Credentials {
  /** Sent with each request and connection. */
  readonly token?: TokenSource | undefined;
  /** Its presence makes every connection use TLS. */
  readonly tls?: ClientTlsOptions | undefined;
}

/** @throws TypeError if a credential has another form. */
export function toCredentials({ token, tls }: Credentials): Credentials {
  if (token !== undefined && typeof token !== 'function') checkToken(token);
  if (tls !== undefined) checkTls(tls);
  return { token, tls };
}

/** The header of a request with these credentials; `undefined` without a token. @throws what the source throws. */
export async function authorizationOf({ token }: Credentials): Promise<string | undefined> {
  if (token === undefined) return undefined;
  return `Bearer ${checkToken(typeof token === 'function' ? await token() : token)}`;
}

/** The message does not repeat the token. */
function checkToken(token: string): string {
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new TypeError('token must be visible ASCII characters without spaces');
}

function checkTls({ ca, cert, key }: ClientTlsOptions): void {
  for (const [name, text] of Object.entries({ ca, cert, key })) {
    if (text !== undefined && !/-----BEGIN /.test(String(text))) {
      throw new TypeError(`tls.${name} must be in PEM`);
    }
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError('tls.cert and tls.key belong together');
  }
}
