import { AttemptLimit } from '@paxkv/kvserver/internal/api/security/attempt-limit';
import { hashSecret } from '@paxkv/kvserver/internal/api/security/token-hash';
import { TokenVerifier } from '@paxkv/kvserver/internal/api/security/token-verifier';
import {
  type AuthTable,
  emptyAuthTable,
  KvError,
  type TokenHash,
  tokenToText,
} from '@paxkv/protocol';
import { expect } from 'chai';

const secretOf = (letter: string) => letter.repeat(43);
const address = '192.0.2.1';

async function tokenHash(id: string, user: string, letter: string): Promise<TokenHash> {
  const salt = new Uint8Array(16).fill(letter.charCodeAt(0));
  const hash = await hashSecret(secretOf(letter), salt, 10);
  return { id, user, salt, hash, cost: 10, expires: 0 };
}

const annasId = 'the-id-of-anna__';
const annasToken = tokenToText({ id: annasId, secret: secretOf('a') });

class World {
  nowMs = 1_000_000;
  table: AuthTable = emptyAuthTable;
  /** What a refresh brings. */
  later: AuthTable | undefined;
  refreshCount = 0;
  isCutOff = false;
  refreshing: Promise<void> | undefined;
  readonly verifier = new TokenVerifier({
    table: () => this.table,
    refresh: async () => {
      this.refreshCount += 1;
      if (this.isCutOff) throw new KvError('KV_UNAVAILABLE', 'There is no quorum.');
      const brought = this.later ?? this.table;
      await this.refreshing;
      this.table = brought;
    },
    limit: new AttemptLimit({ burst: 3, perSecond: 1, sourceCountMax: 100, now: () => this.nowMs }),
    now: () => this.nowMs,
  });

  async codeOf(token: string, from = address): Promise<string | undefined> {
    const error = await this.verifier.verify(token, from).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return error instanceof KvError ? error.code : undefined;
  }
}

describe('TokenVerifier', () => {
  let world: World;

  beforeEach(async () => {
    world = new World();
    const tokens = [await tokenHash(annasId, 'anna', 'a')];
    world.table = { ...emptyAuthTable, users: [{ name: 'anna', roles: [] }], tokens };
  });

  it('finds the user of a token, also from an address that is no more allowed to try', async () => {
    for (let count = 0; count < 5; count += 1) await world.codeOf('wrong');
    expect(await world.codeOf('wrong')).to.equal('KV_TOO_MANY_ATTEMPTS');
    expect(await world.verifier.verify(annasToken, address)).to.deep.equal({
      user: 'anna',
      token: annasId,
    });
  });

  it('takes no more wrong tokens at once than one after the other', async () => {
    for (const idOf of [
      () => annasId,
      (number: number) => `unknown-id-${number}____`.slice(0, 16),
    ]) {
      const tokens = Array.from({ length: 20 }, (_, number) =>
        tokenToText({ id: idOf(number), secret: `${number}`.padStart(43, 'x') }),
      );
      const codes = await Promise.all(tokens.map((token) => world.codeOf(token)));
      expect(codes.filter((code) => code === 'KV_UNAUTHENTICATED')).to.have.lengthOf(3);
      expect(codes.filter((code) => code === 'KV_TOO_MANY_ATTEMPTS')).to.have.lengthOf(17);
    }
  });

  it('verifies a token once for many requests at once, and counts no attempt for it', async () => {
    const codes = await Promise.all(Array.from({ length: 200 }, () => world.codeOf(annasToken)));
    expect(new Set(codes)).to.deep.equal(new Set([undefined]));
    const wrong = tokenToText({ id: annasId, secret: secretOf('b') });
    for (let count = 0; count < 3; count += 1) {
      expect(await world.codeOf(wrong)).to.equal('KV_UNAUTHENTICATED');
    }
    expect(await world.codeOf(wrong)).to.equal('KV_TOO_MANY_ATTEMPTS');
  });

  it('refuses a wrong secret, an unknown id, and what is no token', async () => {
    const wrong = tokenToText({ id: annasId, secret: secretOf('b') });
    const unknown = tokenToText({ id: 'an-unknown-id___', secret: secretOf('a') });
    for (const token of [wrong, unknown, 'no token', '']) {
      world.nowMs += 10_000;
      expect(await world.codeOf(token), token).to.equal('KV_UNAUTHENTICATED');
    }
  });

  it('takes as long for an unknown token as for a wrong one (H37)', async () => {
    const [known] = world.table.tokens;
    // So costly that the difference would show.
    world.table = { ...world.table, tokens: known ? [{ ...known, cost: 12 }] : [] };
    const wrong = tokenToText({ id: annasId, secret: secretOf('b') });
    const unknown = tokenToText({ id: 'an-unknown-id___', secret: secretOf('a') });
    const timesOf = async (token: string) => {
      const times: number[] = [];
      for (let count = 0; count < 9; count += 1) {
        world.nowMs += 10_000;
        const start = performance.now();
        await world.codeOf(token);
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[4] ?? Number.NaN;
    };
    const [first, second] = [await timesOf(wrong), await timesOf(unknown)];
    expect(first / second).to.be.within(1 / 3, 3);
  });

  it('accepts a token no more once it was deleted, replaced or has expired', async () => {
    await world.verifier.verify(annasToken, address);
    const before = world.table;
    const [known = expect.fail()] = before.tokens;
    world.table = { ...before, tokens: [] };
    expect(await world.codeOf(annasToken)).to.equal('KV_UNAUTHENTICATED');
    world.table = { ...before, tokens: [{ ...known, hash: new Uint8Array(32) }] };
    expect(await world.codeOf(annasToken)).to.equal('KV_UNAUTHENTICATED');
    world.table = { ...before, tokens: [{ ...known, expires: world.nowMs }] };
    expect(await world.codeOf(annasToken)).to.equal('KV_UNAUTHENTICATED');
    world.table = { ...before, tokens: [{ ...known, expires: world.nowMs + 1 }] };
    expect(await world.codeOf(annasToken, 'elsewhere')).to.equal(undefined);
  });

  it('looks for a change of the table before it refuses a token', async () => {
    world.later = world.table;
    world.table = emptyAuthTable;
    expect(await world.verifier.verify(annasToken, address)).to.include({ user: 'anna' });
    expect(world.refreshCount).to.equal(1);
  });

  it('finds a token that was made while it was compared with a table without it', async () => {
    const made = world.table;
    world.table = emptyAuthTable;
    const code = world.codeOf(annasToken);
    world.table = made;
    expect(await code).to.equal(undefined);
  });

  it('does not refuse a token for what was found for a request before it', async () => {
    const made = world.table;
    world.table = emptyAuthTable;
    let refresh = () => {};
    world.refreshing = new Promise((resolve) => {
      refresh = resolve;
    });
    const before = world.codeOf(annasToken);
    while (world.refreshCount === 0) await new Promise(setImmediate);
    world.later = made;
    const after = world.codeOf(annasToken);
    refresh();
    await before;
    expect(await after).to.equal(undefined);
  });

  it('does not refuse a token while the table is not certain, and counts the attempt', async () => {
    world.isCutOff = true;
    for (let count = 0; count < 3; count += 1) {
      expect(await world.codeOf('wrong')).to.equal('KV_UNAVAILABLE');
    }
    expect(await world.codeOf('wrong')).to.equal('KV_TOO_MANY_ATTEMPTS');
  });

  it('limits wrong tokens by address, and those under the id of a token apart (H38)', async () => {
    const wrong = tokenToText({ id: annasId, secret: secretOf('b') });
    for (let count = 0; count < 3; count += 1) {
      expect(await world.codeOf('wrong')).to.equal('KV_UNAUTHENTICATED');
      expect(await world.codeOf(wrong)).to.equal('KV_UNAUTHENTICATED');
    }
    for (const token of ['wrong', wrong]) {
      expect(await world.codeOf(token)).to.equal('KV_TOO_MANY_ATTEMPTS');
    }
    expect(await world.codeOf('wrong', 'elsewhere')).to.equal('KV_UNAUTHENTICATED');
    world.nowMs += 1000;
    expect(await world.codeOf('wrong')).to.equal('KV_UNAUTHENTICATED');
    expect(await world.codeOf('wrong')).to.equal('KV_TOO_MANY_ATTEMPTS');
  });

  it('hashes at most 64 tokens that wait, and refuses more as not done', async () => {
    const codes = await Promise.all(
      Array.from({ length: 200 }, (_, index) => world.codeOf('wrong', `address ${index}`)),
    );
    expect(codes.filter((code) => code === 'KV_OVERLOADED')).to.have.length(200 - 64);
  });
});
