import { ExchangeError, KvError } from '@paxkv/client';
import { ClusterPin } from '@paxkv/client/internal/cluster-pin';
import { expect } from 'chai';

const [one, two] = [1, 2].map((fill) => Buffer.alloc(16, fill).toString('base64url'));
const [a, b] = ['http://a:1', 'http://b:2'];

describe('The cluster of a client', () => {
  it('is that of the first server that names one', () => {
    const pin = new ClusterPin();
    expect(pin.meet(a, undefined)).to.equal(undefined);
    expect(pin.expected).to.equal(undefined);
    expect(pin.meet(b, one)).to.equal(undefined);
    expect(pin.meet(a, one)).to.equal(undefined);
    expect([pin.expected, pin.conflict]).to.deep.equal([one, undefined]);
  });

  it('is not that of a server that knows none yet, which may be new', () => {
    const pin = new ClusterPin();
    pin.meet(a, one);
    const refusal = pin.meet(b, undefined);
    expect(refusal).to.be.instanceOf(ExchangeError).and.include({ sent: 'no' });
    expect(pin.conflict).to.equal(undefined);
    expect(pin.meet(b, one)).to.equal(undefined);
  });

  it('is not known once two were met, so nothing is sent to any server from then on', () => {
    const pin = new ClusterPin();
    pin.meet(a, one);
    const conflict = pin.meet(b, two);
    expect(conflict).to.be.instanceOf(KvError);
    expect(conflict).to.include({ code: 'KV_WRONG_CLUSTER', outcome: 'not done' });
    for (const part of [a, b, one, two]) expect(conflict?.message).to.include(part);
    expect(pin.conflict).to.equal(conflict);
    expect(pin.meet(a, one)).to.equal(conflict);
  });
});
