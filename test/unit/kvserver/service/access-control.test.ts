import { AccessControl, type AuthSource } from '@paxkv/kvserver/internal/service/access-control';
import {
  type AuthTable,
  type Command,
  emptyAuthTable,
  KvError,
  type Principal,
} from '@paxkv/protocol';
import { expect } from 'chai';

const bytes = (text: string) => new TextEncoder().encode(text);
const put: Command = { type: 'put', key: bytes('a'), value: bytes('') };
const prefix = bytes('');
const token = {
  ...{ id: 'abcdefghijklmnop', user: 'anna', cost: 12, expires: 0 },
  ...{ salt: new Uint8Array(16), hash: new Uint8Array(32) },
};
const anna: Principal = { user: 'anna', token: token.id };
const granted: AuthTable = {
  required: false,
  users: [{ name: 'anna', roles: ['all'] }],
  roles: [
    {
      name: 'all',
      rights: [
        { kind: 'write', prefix },
        { kind: 'monitor', prefix },
      ],
    },
  ],
  tokens: [token],
};

/** A replica that learns `later` with the next read. */
class Source implements AuthSource {
  authTable: AuthTable;
  readCount = 0;
  readonly #later: AuthTable;

  constructor(table: AuthTable, later = table) {
    this.authTable = table;
    this.#later = later;
  }

  async submit() {
    this.readCount += 1;
    this.authTable = this.#later;
    return { type: 'get', entry: undefined } as const;
  }
}

function controlOf(source: Source | undefined, { isRequired = false, nowMs = 5 } = {}) {
  return new AccessControl({ isRequired, replica: () => source, now: () => nowMs });
}

async function codeOf(work: Promise<void>): Promise<string | undefined> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof KvError ? error.code : undefined;
}

describe('AccessControl', () => {
  it('admits anonymous requests only while neither the server nor the table requires more', async () => {
    const required = { ...granted, required: true };
    expect(await codeOf(controlOf(new Source(granted)).expectCommand(undefined, put))).to.equal(
      undefined,
    );
    for (const control of [
      controlOf(new Source(granted), { isRequired: true }),
      controlOf(new Source(required)),
    ]) {
      expect(control.isRequired).to.equal(true);
      expect(await codeOf(control.expectCommand(undefined, put))).to.equal('KV_UNAUTHENTICATED');
      expect(await codeOf(control.expectNeed(undefined, { kind: 'monitor' }))).to.equal(
        'KV_UNAUTHENTICATED',
      );
      expect(await codeOf(control.expectCommand(anna, put))).to.equal(undefined);
      expect(await codeOf(control.expectNeed(anna, { kind: 'monitor' }))).to.equal(undefined);
      expect(await codeOf(control.expectNeed(anna, { kind: 'admin' }))).to.equal('KV_FORBIDDEN');
    }
  });

  it('refuses by no table that is older than the request', async () => {
    const source = new Source(emptyAuthTable, granted);
    expect(await codeOf(controlOf(source).expectCommand(anna, put))).to.equal(undefined);
    expect(source.readCount).to.equal(1);
  });

  it('reads no table again for a request that it admits', async () => {
    const source = new Source(granted);
    await controlOf(source).expectCommand(anna, put);
    expect(source.readCount).to.equal(0);
  });

  it('checks a read again when it is answered, by the table of that moment', () => {
    const source = new Source(granted);
    const control = controlOf(source);
    expect(() => control.expectStill(anna, put)).not.to.throw();
    source.authTable = { ...granted, tokens: [] };
    expect(() => control.expectStill(anna, put))
      .to.throw(KvError)
      .with.property('code', 'KV_UNAUTHENTICATED');
    source.authTable = { ...granted, roles: [{ name: 'all', rights: [] }] };
    expect(() => control.expectStill(anna, put))
      .to.throw(KvError)
      .with.property('code', 'KV_FORBIDDEN');
    source.authTable = { ...granted, required: true };
    expect(() => control.expectStill(undefined, put)).to.throw(KvError);
  });

  it('takes a token for unknown once it has expired, also on a stream that it opened', async () => {
    const source = new Source({ ...granted, tokens: [{ ...token, expires: 5 }] });
    expect(await codeOf(controlOf(source, { nowMs: 4 }).expectCommand(anna, put))).to.equal(
      undefined,
    );
    expect(await codeOf(controlOf(source, { nowMs: 5 }).expectCommand(anna, put))).to.equal(
      'KV_UNAUTHENTICATED',
    );
  });

  it('goes on with the last table while no replica is attached', async () => {
    let source: Source | undefined = new Source({ ...granted, required: true });
    const control = new AccessControl({ isRequired: false, replica: () => source, now: () => 5 });
    expect(control.isRequired).to.equal(true);
    source = undefined;
    expect(control.isRequired).to.equal(true);
    expect(await codeOf(control.expectNeed(anna, { kind: 'monitor' }))).to.equal(undefined);
    expect(await codeOf(control.expectNeed(anna, { kind: 'admin' }))).to.equal('KV_UNAVAILABLE');
  });
});
