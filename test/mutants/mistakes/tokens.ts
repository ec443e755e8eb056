/** Mistakes of tokens, and of the limits on trying them. */
import { byTest, type Mutant } from '../mutant.ts';

const verifier = 'kvserver/src/api/security/token-verifier.ts';
const verifierTest = 'unit/kvserver/api/security/token-verifier';
const access = 'kvserver/src/service/access-control.ts';
const accessTest = 'unit/kvserver/service/access-control';

export const tokenMutants: readonly Mutant[] = [
  {
    id: 'expired-token-on-a-stream',
    mistake: 69,
    does: 'The end of a token is checked only when a connection is made.',
    loses: 'A token works for ever on a stream that stays open.',
    file: access,
    right: 'return expires === 0 || expires > this.#options.now();',
    wrong: 'return expires >= 0;',
    caughtBy: [
      byTest(
        accessTest,
        'takes a token for unknown once it has expired, also on a stream that it opened',
      ),
    ],
  },
  {
    id: 'any-secret-of-a-known-id',
    mistake: 69,
    does: 'The secret of a token is not compared.',
    loses: 'Anyone who knows the id of a token, which is no secret, is its user.',
    file: verifier,
    right: 'return isSame && known !== undefined && this.#isCurrent(known) ? known : undefined;',
    wrong: 'return isSame || (known !== undefined && this.#isCurrent(known)) ? known : undefined;',
    caughtBy: [byTest(verifierTest, 'refuses a wrong secret, an unknown id, and what is no token')],
  },
  {
    id: 'hash-without-salt',
    mistake: 69,
    does: 'The hash of a token does not depend on its salt.',
    loses: 'Equal secrets have equal hashes, and a table of hashes can be computed in advance.',
    file: 'kvserver/src/api/security/token-hash.ts',
    right: 'scrypt(secret, salt, hashBytes',
    wrong: 'scrypt(secret, salt.subarray(salt.length), hashBytes',
    caughtBy: [
      byTest(
        'unit/kvserver/api/security/token-hash',
        'depends on the secret, the salt and the cost',
      ),
    ],
  },
  {
    id: 'refused-by-an-older-table',
    mistake: 69,
    does: 'A request takes the answer that was found for one before it.',
    loses: 'A token is refused after the change that made it was acknowledged.',
    file: verifier,
    right: '(await running) ?? (await this.#share(name, token, source))',
    wrong: 'await (running ?? this.#share(name, token, source))',
    caughtBy: [
      byTest(verifierTest, 'does not refuse a token for what was found for a request before it'),
    ],
  },
  {
    id: 'recalled-after-its-end',
    mistake: 69,
    does: 'A token that was verified once is recognized after it was deleted or made anew.',
    loses: 'A token that was taken away works on.',
    file: verifier,
    right:
      'const isSame = Buffer.compare(verified.hash, known.hash) === 0 && verified.user === known.user;',
    wrong: 'const isSame = verified.user === known.user;',
    caughtBy: [
      byTest(verifierTest, 'accepts a token no more once it was deleted, replaced or has expired'),
    ],
  },
  {
    id: 'recalled-though-expired',
    mistake: 69,
    does: 'A token that was verified once is recognized after it has expired.',
    loses: 'It works for as long as the server runs.',
    file: verifier,
    right:
      'if (verified === undefined || known === undefined || !this.#isCurrent(known)) return undefined;',
    wrong: 'if (verified === undefined || known === undefined) return undefined;',
    caughtBy: [
      byTest(verifierTest, 'accepts a token no more once it was deleted, replaced or has expired'),
    ],
  },
  {
    id: 'wrong-tokens-not-counted',
    mistake: 69,
    does: 'Wrong tokens are not counted.',
    loses: 'Somebody may try as many as the server can hash.',
    file: verifier,
    right: '    this.#options.limit.onBegun(source);\n',
    wrong: '',
    caughtBy: [
      byTest(
        verifierTest,
        'limits wrong tokens by address, and those under the id of a token apart (H38)',
      ),
    ],
  },
  {
    id: 'wrong-tokens-given-back',
    mistake: 69,
    does: 'A wrong token is given back, as if it were the right one.',
    loses: 'Somebody may try as many as the server can hash.',
    file: verifier,
    right: 'if (!isWrong) this',
    wrong: 'this',
    caughtBy: [
      byTest(
        verifierTest,
        'limits wrong tokens by address, and those under the id of a token apart (H38)',
      ),
    ],
  },
  {
    id: 'attempts-of-all-together',
    mistake: 69,
    does: 'Wrong tokens are counted for all addresses together.',
    loses: 'One attacker keeps everybody out.',
    file: verifier,
    right: 'return known === undefined ? address :',
    wrong: 'return known === undefined ? "" :',
    caughtBy: [
      byTest(
        verifierTest,
        'limits wrong tokens by address, and those under the id of a token apart (H38)',
      ),
    ],
  },
  {
    id: 'attacker-locks-out-the-neighbour',
    mistake: 69,
    does: 'Wrong tokens count against every token from that address.',
    loses: 'A user behind the same address as an attacker is kept out.',
    file: verifier,
    right: 'return known === undefined ? address :',
    wrong: 'return address !== "" ? address :',
    caughtBy: [
      byTest(
        verifierTest,
        'limits wrong tokens by address, and those under the id of a token apart (H38)',
      ),
    ],
  },
  {
    id: 'attempts-come-back-at-once',
    mistake: 69,
    does: 'Attempts come back a thousand times as fast.',
    loses: 'The limit holds nobody up.',
    file: 'kvserver/src/api/security/attempt-limit.ts',
    right: '((now() - bucket.atMs) / 1000) * perSecond',
    wrong: '(now() - bucket.atMs) * perSecond',
    caughtBy: [
      byTest(
        'unit/kvserver/api/security/attempt-limit',
        'admits a burst, then says how long to wait',
      ),
    ],
  },
];
