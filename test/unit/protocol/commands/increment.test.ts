import { commandFromRow, commands } from '@paxkv/protocol';
import { expect } from 'chai';

const key = Uint8Array.of(1);
const max = 9_223_372_036_854_775_807n;
const min = -9_223_372_036_854_775_808n;

describe('A counter', () => {
  const { by } = commands.increment.fields;

  it('is a signed 64-bit integer', () => {
    for (const count of [min, -1n, 0n, max]) {
      expect(by.check(count)).to.equal(count);
      expect(by.json.parse(by.toJson(count))).to.equal(count);
      const row = commands.increment.toRow({ type: 'increment', key, by: count });
      expect(commandFromRow(row)).to.deep.equal({ type: 'increment', key, by: count });
    }
    for (const count of [min - 1n, max + 1n]) {
      expect(() => by.check(count)).to.throw(TypeError, '64-bit');
      expect(by.json.safeParse(String(count)).success).to.equal(false);
    }
  });

  for (const text of ['', '-', '+1', '01', '-0', ' 1', '1 ', '1.0', '1e3', '0x1', '1'.repeat(20)]) {
    it(`is not ${JSON.stringify(text)}, in JSON and in rows`, () => {
      expect(() => commandFromRow([6, key, text])).to.throw(TypeError, 'Expected a signed 64-bit');
      const { error } = by.json.safeParse(text);
      expect(error?.issues[0]?.message).to.equal('must be a signed 64-bit integer as decimal text');
    });
  }

  it('comes back with the revision of the store', () => {
    const reply = { type: 'increment', revision: 9, value: max } as const;
    const { reply: forms } = commands.increment;
    expect(forms.toRow(reply)).to.deep.equal([6, 9, String(max)]);
    expect(forms.fromRow([6, 9, String(max)])).to.deep.equal(reply);
  });

  it('is incremented by 1 unless the body says by how much', () => {
    expect(by.json.parse(undefined)).to.equal(1n);
  });
});
