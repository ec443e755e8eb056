import {
  decodeBatch,
  encodeBatch,
  encodeLeaseExpiry,
  encodeLevelRaise,
  expectEncodable,
  type LoggedRequest,
  noop,
  type ProposedBatch,
} from '@paxkv/kvserver/internal/state-machine/batch';
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import type { Request } from '@paxkv/protocol';
import { commandToRow, keyBytesMax, valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { append, bytes, get, openSession, plain, put, remove, stamped } from './fixtures.ts';

const origin = { node: 2, runId: 7, number: 300 };

function encodeOne(request: Request): Uint8Array {
  return encodeBatch({ origin, requests: [request] });
}

function rowOf({ command, stamp }: Request): unknown[] {
  const row = commandToRow(command);
  return stamp === undefined ? [row] : [row, stamp.session, stamp.number, stamp.firstOutstanding];
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof StateError) return error.code;
    throw error;
  }
}

const key = fc.uint8Array({ minLength: 1, maxLength: 40 });
const value = fc.uint8Array({ maxLength: 100 });
const count = fc.maxSafeNat();
const stamp = fc
  .tuple(count, count, count)
  .filter((numbers) => numbers.every((number) => number > 0))
  .map(([session, a, b]) => ({
    session,
    number: Math.max(a, b),
    firstOutstanding: Math.min(a, b),
  }));
const keyCommand = fc.oneof(
  fc.record({ type: fc.constant('get' as const), key }),
  fc.record({ type: fc.constant('put' as const), key, value }),
  fc.record({ type: fc.constant('append' as const), key, value }),
  fc.record({ type: fc.constant('delete' as const), key }),
);
const request: fc.Arbitrary<Request> = fc.oneof(
  fc.record({ command: keyCommand }),
  fc.record({ command: keyCommand, stamp }),
  fc.record({
    command: fc.record({
      type: fc.constant('openSession' as const),
      client: fc.string({ minLength: 1, maxLength: 64 }),
    }),
  }),
);
const batch: fc.Arbitrary<ProposedBatch> = fc.record({
  origin: fc.record({ node: count, runId: count, number: count }),
  requests: fc.array(request),
});

/** What clients send, and what a server adds to it where sessions are opened. */
const logged: fc.Arbitrary<LoggedRequest> = fc.oneof(
  fc.record({ command: keyCommand, stamp }),
  fc.record({
    command: fc.constant(openSession()),
    opening: fc.record({
      entropy: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      owner: fc.string({ minLength: 1, maxLength: 40 }),
    }),
  }),
);

describe('A batch that opens sessions', () => {
  const packr = new Packr({ useRecords: false, moreTypes: false });
  const opening = { entropy: new Uint8Array(16).fill(5), owner: 'user anna' };
  const row = [opening.entropy, opening.owner];
  const opened: LoggedRequest = { command: openSession(), opening };
  const encodedOf = (requests: readonly Request[], openings: readonly unknown[]) =>
    Buffer.concat([Buffer.of(3), packr.pack([2, 7, 300, requests.map(rowOf), openings])]);

  it('has the opening of each session after its requests', () => {
    fc.assert(
      fc.property(fc.array(logged, { maxLength: 6 }), (requests) => {
        const decoded = decodeBatch(encodeBatch({ origin, requests }));
        expect(plain(decoded)).to.deep.equal(plain({ origin, requests }));
      }),
    );
    const requests = [{ command: put('k', 'v') }, opened];
    const value = encodedOf(requests, [row]);
    expect(plain(decodeBatch(value))).to.deep.equal(plain({ origin, requests }));
  });

  it('is refused unless it has one opening for each session', () => {
    const write: Request = { command: put('k', 'v') };
    for (const [requests, openings] of [
      [[opened], []],
      [[opened], [row, row]],
      [[opened, opened], [row]],
      [[write], [row]],
      [[write], []],
    ] as const) {
      const isComplete = openings.length === requests.filter((each) => each === opened).length;
      const code = codeOf(() => decodeBatch(encodedOf(requests, openings)));
      expect(code).to.equal(isComplete ? undefined : 'STATE_MALFORMED');
    }
    expect(codeOf(() => decodeBatch(Uint8Array.of(3)))).to.equal('STATE_MALFORMED');
    const requests = [opened, { command: openSession() }];
    expect(() => encodeBatch({ origin, requests })).to.throw(TypeError);
  });
});

describe('The values of the log', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

  it('have the bytes that they always had', () => {
    const opening = { entropy: new Uint8Array(16).fill(5), owner: 'me' };
    const requests = [{ command: openSession('c'), opening }];
    expect(hex(noop)).to.equal('01');
    expect(hex(encodeLevelRaise(2))).to.equal('0200000002');
    expect(hex(encodeLevelRaise(2, new Uint8Array(16).fill(9)))).to.equal(
      `0400000002${'09'.repeat(16)}`,
    );
    expect(hex(encodeOne({ command: get('k') }))).to.equal('01940207cd012cdd00000001919200c4016b');
    expect(hex(encodeBatch({ origin, requests }))).to.equal(
      `03950207cd012cdd00000001919204a1639192c410${'05'.repeat(16)}a26d65`,
    );
  });
});

describe('batch', () => {
  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(batch, (original) => {
        expect(plain(decodeBatch(encodeBatch(original)))).to.deep.equal(plain(original));
      }),
    );
  });

  it('encodes equal batches to equal bytes, whatever was encoded before', () => {
    const first = encodeOne({ command: put('a', 'b') });
    encodeOne(stamped(append('c', 'd'), [1, 2]));
    expect(encodeOne({ command: put('a', 'b') })).to.deep.equal(first);
  });

  it('copies values into buffers of their exact size', () => {
    const encoded = encodeOne({ command: put('a', 'b') });
    expect(encoded.buffer.byteLength).to.equal(encoded.length);
  });

  it('uses requests that are encoded already unchanged', () => {
    fc.assert(
      fc.property(batch, fc.infiniteStream(fc.boolean()), (original, isEncoded) => {
        const requests = original.requests.map((each) => {
          const row = new Packr({ useRecords: false, moreTypes: false }).pack(rowOf(each));
          return isEncoded.next().value ? { ...each, encoded: row } : each;
        });
        expect(encodeBatch({ ...original, requests })).to.deep.equal(encodeBatch(original));
      }),
    );
  });

  it('refuses bytes that are no request', () => {
    const command = put('k', 'v');
    const wrongs = [[], [0x91], [0x91, 0x91, 9], [0x91, 0x92, 0, 0xc4, 0], [0xc0], [0x90, 0x90]];
    for (const wrong of wrongs) {
      const encoded = Uint8Array.from(wrong);
      expect(() => encodeOne({ command, encoded }), String(wrong)).to.throw(TypeError);
    }
  });

  it('reads a raise of the feature level, and no damaged one', () => {
    for (const level of [1, 2, 255, 65_536, 2 ** 32 - 1]) {
      const raise = { origin: undefined, requests: [], level };
      expect(decodeBatch(encodeLevelRaise(level))).to.deep.equal({
        ...raise,
        incarnation: undefined,
      });
      if (level < 2) continue;
      const incarnation = Buffer.alloc(16, level);
      expect(decodeBatch(encodeLevelRaise(level, incarnation))).to.deep.equal({
        ...raise,
        incarnation: incarnation.toString('base64url'),
      });
    }
    const whole = encodeLevelRaise(2);
    for (const wrong of [whole.subarray(0, 1), whole.subarray(0, 4), Buffer.concat([whole, whole])])
      expect(codeOf(() => decodeBatch(wrong))).to.equal('STATE_MALFORMED');
    expect(codeOf(() => decodeBatch(encodeLevelRaise(0)))).to.equal('STATE_MALFORMED');
    const naming = encodeLevelRaise(2, new Uint8Array(16));
    const low = encodeLevelRaise(1, new Uint8Array(16));
    for (const wrong of [naming.subarray(0, 20), Buffer.concat([naming, whole]), low])
      expect(codeOf(() => decodeBatch(wrong))).to.equal('STATE_MALFORMED');
  });

  it('reads the end of leases, and refuses any other form of it', () => {
    const expiring = [
      { id: 'q1Yk0nC8Rk2oZ4y9bXv3Tw', renewals: 0 },
      { id: 'AAAAAAAAAAAAAAAAAAAAAA', renewals: 2 ** 40 },
    ];
    const value = encodeLeaseExpiry(expiring);
    expect(decodeBatch(value)).to.deep.equal({ origin: undefined, requests: [], expiring });
    const wrong = [value.subarray(0, 9), Buffer.concat([value, value]), encodeLeaseExpiry([])];
    for (const each of wrong) expect(codeOf(() => decodeBatch(each))).to.equal('STATE_MALFORMED');
  });

  it('reads the noop as an empty batch without origin', () => {
    expect(decodeBatch(noop)).to.deep.equal({ origin: undefined, requests: [] });
  });

  it('distinguishes another format from a malformed value', () => {
    expect(codeOf(() => decodeBatch(Uint8Array.of(6)))).to.equal('STATE_UNKNOWN_FORMAT');
    expect(codeOf(() => decodeBatch(new Uint8Array()))).to.equal('STATE_UNKNOWN_FORMAT');
    expect(codeOf(() => decodeBatch(Uint8Array.of(1, 0xc1)))).to.equal('STATE_MALFORMED');
  });

  it('refuses every cut of a value', () => {
    const encoded = encodeOne(stamped(put('key', 'value'), [1, 2]));
    for (let length = 2; length < encoded.length; length += 1) {
      expect(codeOf(() => decodeBatch(encoded.subarray(0, length)))).to.equal('STATE_MALFORMED');
    }
    const longer = Buffer.concat([encoded, Uint8Array.of(0)]);
    expect(codeOf(() => decodeBatch(longer))).to.equal('STATE_MALFORMED');
  });

  it('decodes any bytes to a batch or a typed error', () => {
    const body = fc.uint8Array({ minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(body, (noise) => {
        const code = codeOf(() => decodeBatch(Buffer.concat([noop, noise])));
        expect(code).to.be.oneOf([undefined, 'STATE_MALFORMED']);
      }),
      { numRuns: 2000 },
    );
  });

  it('decodes a value with one wrong byte to a batch or a typed error', () => {
    const encoded = encodeOne(stamped(append('key', 'value'), [1, 70_000, 3]));
    const offset = fc.nat({ max: encoded.length - 1 });
    fc.assert(
      fc.property(offset, fc.nat({ max: 255 }), (index, byte) => {
        const code = codeOf(() => decodeBatch(encoded.with(index, byte)));
        expect(code).to.be.oneOf([undefined, 'STATE_MALFORMED', 'STATE_UNKNOWN_FORMAT']);
      }),
      { numRuns: 2000 },
    );
  });

  const longKey = 'k'.repeat(keyBytesMax + 1);
  const forbidden: Record<string, Request> = {
    'an empty key': { command: get('') },
    'a key over its limit': { command: remove(longKey) },
    'a value over its limit': {
      command: { type: 'put', key: bytes('k'), value: new Uint8Array(valueBytesMax + 1) },
    },
    'a nameless client': { command: openSession('') },
    'a client with too long a name': { command: openSession('n'.repeat(65)) },
    'a session within a session': stamped(openSession(), [1, 1]),
    'a request number of zero': stamped(get('k'), [1, 0, 0]),
    'a request not awaited itself': stamped(get('k'), [1, 1, 2]),
    'a session id that is no whole number': stamped(get('k'), [1.5, 1]),
    'a number beyond exact integers': stamped(get('k'), [1, 2 ** 53]),
  };
  for (const [name, wrong] of Object.entries(forbidden)) {
    it(`lets no ${name.replace(/^an? /, '')} into the log`, () => {
      expect(() => encodeOne(wrong)).to.throw(TypeError);
      expect(() => expectEncodable(wrong)).to.throw(TypeError);
    });
  }

  it('accepts keys and values of exactly their limits', () => {
    const command = {
      type: 'put' as const,
      key: new Uint8Array(keyBytesMax).fill(255),
      value: new Uint8Array(valueBytesMax),
    };
    expectEncodable({ command });
    expect(decodeBatch(encodeOne({ command })).requests).to.have.length(1);
  });
});
