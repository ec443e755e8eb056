/** Joins the parts that find the principal of a request. */
import type { AccessControl } from '../../service/access-control.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { Authenticator } from './authenticator.ts';
import { TokenVerifier } from './token-verifier.ts';

export interface AuthenticatorParts {
  readonly auth: Pick<AccessControl, 'table' | 'refresh' | 'isRequired'>;
  readonly rootToken?: string | undefined;
}

/** Wrong tokens that one address may send at once, and then each second. */
const attempts = { burst: 10, perSecond: 1, sourceCountMax: 10_000 };

export function createAuthenticator({ auth, rootToken }: AuthenticatorParts): Authenticator {
  const verifier = new TokenVerifier({
    table: () => auth.table,
    refresh: () => auth.refresh(),
    limit: new AttemptLimit({ ...attempts, now: () => performance.now() }),
    now: Date.now,
  });
  return new Authenticator({ verifier, rootToken, isRequired: () => auth.isRequired });
}
