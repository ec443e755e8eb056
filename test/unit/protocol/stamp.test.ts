import { stampFromRow, stampSchema, stampToJson } from '@paxkv/protocol';
import { expect } from 'chai';

const stamp = { session: 7, number: 3, firstOutstanding: 2 };
const command = [3, Uint8Array.of(1)];

describe('A stamp', () => {
  it('is read from the fields behind the command', () => {
    expect(stampFromRow([command, 7, 3, 2])).to.deep.equal(stamp);
  });

  it('is the same after JSON, where its session is called id', () => {
    const body = stampToJson(stamp);
    expect(body).to.deep.equal({ id: 7, number: 3, firstOutstanding: 2 });
    expect(stampSchema.parse(body)).to.deep.equal(stamp);
  });

  for (const [session, number, firstOutstanding] of [
    [0, 0, 0],
    [7, 0, 0],
    [7, 1, 2],
    [7, 1, 0],
    [7, 1.5, 1],
    [7, 2 ** 53, 1],
    ['7', 1, 1],
    [7, 1],
  ]) {
    it(`is refused as ${JSON.stringify([session, number, firstOutstanding])}`, () => {
      expect(() => stampFromRow([command, session, number, firstOutstanding])).to.throw(TypeError);
      const body = { id: session, number, firstOutstanding };
      expect(stampSchema.safeParse(body).success).to.equal(false);
    });
  }
});
