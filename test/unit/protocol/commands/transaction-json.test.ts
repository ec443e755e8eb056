import { requestSchema, transactionItemsMax } from '@paxkv/protocol';
import { expect } from 'chai';

const schema = requestSchema('transact');

describe('The JSON body of a transaction', () => {
  /** Items that count how often they are looked at for what they are. */
  let lookCount: number;
  const items = (count: number, more: object = {}) => {
    const item = {
      ...{ key: 'aw==', ...more },
      get type() {
        lookCount += 1;
        return 'get';
      },
    };
    return new Array<object>(count).fill(item);
  };

  beforeEach(() => {
    lookCount = 0;
  });

  it('with too many items is refused before any is decoded, since that takes far longer (H31)', () => {
    expect(schema.safeParse({ then: items(transactionItemsMax) }).success).to.equal(true);
    expect(lookCount).to.be.above(0);
    lookCount = 0;
    const inner = { if: items(50), then: items(50), else: items(50) };
    const deep = { then: [{ then: items(10), else: [{ if: items(200) }] }] };
    const bodies = [
      { if: items(transactionItemsMax + 1) },
      { then: items(transactionItemsMax + 1) },
      { else: items(1, inner) },
      { then: [{ type: 'transact', ...inner }] },
      { else: [deep] },
    ];
    for (const body of bodies) expect(schema.safeParse(body).success).to.equal(false);
    expect(lookCount).to.equal(0);
  });

  it('is refused with the place of the mistake', () => {
    const placeOf = (body: object) => schema.safeParse(body).error?.issues[0]?.path.join('.');
    expect(placeOf({ then: [{ type: 'get', key: 7 }] })).to.equal('then.0.key');
    const nested = { type: 'transact', else: [{ type: 'put', key: 'aw==' }] };
    expect(placeOf({ then: [nested] })).to.equal('then.0.else.0.value');
    expect(placeOf({ then: [{ type: 'openSession' }] })).to.equal('then.0.type');
  });
});
