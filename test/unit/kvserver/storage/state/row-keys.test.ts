import { nameOf } from '@paxkv/kvserver/internal/state-machine/store/latin1';
import {
  dataKey,
  dataKeyOf,
  fromSessionKey,
  journalKey,
  positionKey,
  sessionKey,
} from '@paxkv/kvserver/internal/storage/state/row-keys';
import { expect } from 'chai';
import fc from 'fast-check';

const key = fc.uint8Array({ minLength: 1, maxLength: 8 });
const session = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

describe('keys', () => {
  it('keeps the order of the keys’ bytes', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Buffer.compare(dataKey(a), dataKey(b))).to.equal(Buffer.compare(a, b));
      }),
    );
  });

  it('keeps the order of sessions, and decodes each id', () => {
    fc.assert(
      fc.property(session, session, (a, b) => {
        expect(fromSessionKey(sessionKey(a))).to.equal(a);
        const order = Buffer.compare(sessionKey(a), sessionKey(b));
        expect(order).to.equal(Math.sign(a - b));
      }),
    );
  });

  it('has a different key for each row', () => {
    fc.assert(
      fc.property(key, session, (any, id) => {
        const rowKeys = [dataKey(any), sessionKey(id), positionKey, journalKey];
        expect(new Set(rowKeys.map(nameOf))).to.have.property('size', rowKeys.length);
      }),
    );
  });

  it('has a different name for each key', () => {
    const every = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
    const names = [...every, Uint8Array.of(0, 0), Uint8Array.of(195, 169)].map(nameOf);
    expect(new Set(names).size).to.equal(258);
  });

  it('has one row for a key and its name', () => {
    fc.assert(
      fc.property(key, (any) => {
        expect(Uint8Array.from(dataKeyOf(nameOf(any)))).to.deep.equal(dataKey(any));
      }),
    );
  });

  it('names the key alone where it is a view into more', () => {
    const whole = Uint8Array.of(1, 2, 3, 4);
    expect(nameOf(whole.subarray(1, 3))).to.equal(nameOf(Uint8Array.of(2, 3)));
  });
});
