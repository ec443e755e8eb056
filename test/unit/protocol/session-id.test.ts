import { toSessionId } from '@paxkv/protocol';
import { sessionIdField } from '@paxkv/protocol/internal/session-id';
import { expect } from 'chai';

const random = Buffer.alloc(16, 7).toString('base64url');

describe('The id of a session', () => {
  it('is a number from 1, or 128 random bits as text, in rows and in JSON', () => {
    for (const id of [1, 2 ** 53 - 1, random]) {
      expect(toSessionId(id)).to.equal(id);
      expect(sessionIdField.json.parse(sessionIdField.toJson(id))).to.equal(id);
    }
  });

  for (const wrong of [0, -1, -0, 1.5, 2 ** 53, '7', '', `${random}A`, null, undefined, [1], {}]) {
    it(`is not ${JSON.stringify(wrong)}`, () => {
      expect(() => toSessionId(wrong)).to.throw(TypeError);
      expect(sessionIdField.json.safeParse(wrong).success).to.equal(false);
    });
  }
});
