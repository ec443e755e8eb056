import {
  clientNameField,
  keyField,
  TooLargeError,
  valueField,
} from '@paxkv/protocol/internal/fields';
import { expect } from 'chai';

/** What the schema of JSON bodies says about what it refuses. */
function issueOf({ json }: typeof keyField | typeof clientNameField, given: unknown): string {
  return json.safeParse(given).error?.issues[0]?.message ?? 'accepted';
}

describe('The field of a key or a value', () => {
  it('is base64 in JSON, with a reason for everything else', () => {
    for (const field of [keyField, valueField]) {
      expect(field.json.parse(field.toJson(Uint8Array.of(0, 255)))).to.deep.equal(
        Uint8Array.of(0, 255),
      );
      for (const wrong of ['?', 'aw', 'aw= ']) {
        expect(issueOf(field, wrong)).to.equal('must be standard base64 with padding');
      }
    }
  });

  it('has at most its limit of bytes, and a key has one at least', () => {
    expect(() => keyField.check(new Uint8Array()))
      .to.throw(TypeError)
      .and.not.instanceOf(TooLargeError);
    expect(valueField.check(new Uint8Array())).to.have.length(0);
    for (const [field, bytes] of [
      [keyField, 1024],
      [valueField, 1024 * 1024],
    ] as const) {
      const longest = new Uint8Array(bytes);
      expect(field.check(longest)).to.equal(longest);
      expect(() => field.check(new Uint8Array(bytes + 1))).to.throw(TooLargeError, `${bytes}`);
    }
  });
});

describe('The field of the name of a client', () => {
  it('has 1 to 64 UTF-16 code units, in JSON and in rows', () => {
    for (const name of ['x', 'x'.repeat(64), '😀'.repeat(32)]) {
      expect(clientNameField.check(name)).to.equal(name);
      expect(issueOf(clientNameField, name)).to.equal('accepted');
    }
    for (const name of ['', 'x'.repeat(65), `${'😀'.repeat(32)}x`]) {
      expect(() => clientNameField.check(name)).to.throw(TypeError, 'UTF-16');
      expect(issueOf(clientNameField, name)).to.include('UTF-16');
    }
  });

  it('has no half of a surrogate pair in JSON', () => {
    for (const name of ['\ud83d', 'x\ude00']) {
      expect(issueOf(clientNameField, name)).to.include('surrogate');
    }
  });
});
