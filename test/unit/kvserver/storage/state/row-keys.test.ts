import { nameOf } from '@paxkv/kvserver/internal/state-machine/store/latin1';
import {
  dataKey,
  dataKeyOf,
  dataRange,
  fromLeaseKey,
  fromSessionKey,
  isAuthKey,
  isLeaseKey,
  isLocalKey,
  isMetaKey,
  isSessionKey,
  isStateKey,
  journalKey,
  leaseKey,
  leasesEnd,
  metaPrefix,
  nameInDataKey,
  positionKey,
  sessionKey,
  sessionPrefix,
  sessionsKey,
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

  const id = 'AAECAwQFBgcICQoLDA0ODw';
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

  it('has the bytes that states on disk have', () => {
    expect(hex(dataKeyOf('k\u00ff'))).to.equal('646bff');
    expect(hex(sessionKey(258))).to.equal('730000000000000102');
    expect(hex(sessionKey(id))).to.equal('73000102030405060708090a0b0c0d0e0f');
    expect(hex(leaseKey(id))).to.equal('74000102030405060708090a0b0c0d0e0f');
    expect([metaPrefix, sessionPrefix, leasesEnd].map(hex)).to.deep.equal(['6d', '73', '75']);
    const names = [positionKey, journalKey, sessionsKey].map((each) =>
      Buffer.from(each).toString(),
    );
    expect(names).to.deep.equal(['mposition', 'mjournal', 'msessions']);
  });

  it('gives back what it names, also as a view into more', () => {
    for (const session of [258, id]) {
      const whole = Buffer.concat([Buffer.of(9, 9, 9), sessionKey(session)]);
      expect(fromSessionKey(whole.subarray(3))).to.equal(session);
    }
    expect(fromLeaseKey(leaseKey(id))).to.equal(id);
    expect(nameInDataKey(dataKeyOf('name'))).to.equal('name');
  });

  it('bounds the rows of a range, or of all entries from its first one on', () => {
    const range = dataRange({ first: 'a', end: 'c' });
    expect([range.gte, range.lt].map(hex)).to.deep.equal(['6461', '6463']);
    const open = dataRange({ first: 'a', end: undefined });
    expect([open.gte, open.lt].map(hex)).to.deep.equal(['6461', '65']);
  });

  it('tells the kind of each row', () => {
    const kinds = { isAuthKey, isSessionKey, isLeaseKey, isMetaKey, isStateKey, isLocalKey };
    const kindsOf = (rowKey: Uint8Array) =>
      Object.entries(kinds).flatMap(([name, is]) => (is(rowKey) ? [name] : []));
    expect(kindsOf(dataKeyOf('k'))).to.deep.equal(['isStateKey']);
    expect(kindsOf(dataKeyOf(''))).to.deep.equal(['isAuthKey', 'isStateKey']);
    expect(kindsOf(sessionKey(1))).to.deep.equal(['isSessionKey', 'isStateKey']);
    expect(kindsOf(leaseKey(id))).to.deep.equal(['isLeaseKey', 'isStateKey']);
    expect(kindsOf(positionKey)).to.deep.equal(['isMetaKey']);
    for (const local of [journalKey, sessionsKey]) {
      expect(kindsOf(local)).to.deep.equal(['isMetaKey', 'isLocalKey']);
    }
    expect(kindsOf(Uint8Array.of(0x68))).to.deep.equal([]);
    expect(kindsOf(Uint8Array.of())).to.deep.equal([]);
  });
});
