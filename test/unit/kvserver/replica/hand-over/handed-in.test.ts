import { HandedIn } from '@paxkv/kvserver/replica/hand-over/handed-in';
import { expect } from 'chai';
import { bytes } from '../../state-machine/fixtures.ts';

const handed = (node: number, number: number, value = 'batch') => ({
  origin: { node, boot: 1, number },
  value: bytes(value),
});

describe('HandedIn', () => {
  it('gives batches out in the order they came', () => {
    const handedIn = new HandedIn(1000);
    const [first, second] = [handed(1, 1), handed(2, 1)];
    expect([handedIn.add(first), handedIn.add(second)]).to.deep.equal([true, true]);
    expect([handedIn.take(), handedIn.take(), handedIn.take()]).to.deep.equal([
      first,
      second,
      undefined,
    ]);
  });

  it('takes a batch once until it is applied', () => {
    const handedIn = new HandedIn(1000);
    const batch = handed(1, 1);
    handedIn.add(batch);
    expect(handedIn.add(handed(1, 1))).to.equal(false);
    handedIn.take();
    expect(handedIn.add(handed(1, 1))).to.equal(false);
    handedIn.onApplied(batch.origin);
    expect(handedIn.add(handed(1, 1))).to.equal(true);
  });

  it('refuses what is over its bytes, and has room again when something was taken', () => {
    const handedIn = new HandedIn(10);
    expect(handedIn.add(handed(1, 1, '1234567'))).to.equal(true);
    expect(handedIn.add(handed(1, 2, '1234567'))).to.equal(false);
    handedIn.take();
    expect(handedIn.add(handed(1, 2, '1234567'))).to.equal(true);
  });

  it('knows nothing any more once it was abandoned', () => {
    const handedIn = new HandedIn(10);
    handedIn.add(handed(1, 1, '1234567'));
    handedIn.abandon();
    expect(handedIn.take()).to.equal(undefined);
    expect(handedIn.add(handed(1, 1, '1234567'))).to.equal(true);
  });
});
