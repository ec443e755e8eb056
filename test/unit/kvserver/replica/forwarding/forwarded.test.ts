import { ForwardedBatches } from '@paxkv/kvserver/internal/replica/forwarding/forwarded';
import { encodeBatch } from '@paxkv/kvserver/internal/state-machine/batch';
import { expect } from 'chai';
import { bytes, put } from '../../state-machine/fixtures.ts';

function handed(node: number, number: number) {
  const origin = { node, runId: 1, number };
  return { origin, value: encodeBatch({ origin, requests: [{ command: put('k', 'v') }] }) };
}

const { length } = handed(1, 1).value;

describe('HandedIn', () => {
  it('gives batches out in the order they came', () => {
    const handedIn = new ForwardedBatches(1000);
    const [first, second] = [handed(1, 1), handed(2, 1)];
    expect([handedIn.add(first), handedIn.add(second)]).to.deep.equal([true, true]);
    expect([handedIn.take(), handedIn.take(), handedIn.take()]).to.deep.equal([
      first,
      second,
      undefined,
    ]);
  });

  it('takes a batch once until it is applied', () => {
    const handedIn = new ForwardedBatches(1000);
    const batch = handed(1, 1);
    handedIn.add(batch);
    expect(handedIn.add(handed(1, 1))).to.equal(false);
    handedIn.take();
    expect(handedIn.add(handed(1, 1))).to.equal(false);
    handedIn.onApplied(batch.origin);
    expect(handedIn.add(handed(1, 1))).to.equal(true);
  });

  it('refuses what is over its bytes, and has room again when something was taken', () => {
    const handedIn = new ForwardedBatches(length);
    expect(handedIn.add(handed(1, 1))).to.equal(true);
    expect(handedIn.add(handed(1, 2))).to.equal(false);
    handedIn.take();
    expect(handedIn.add(handed(1, 2))).to.equal(true);
  });

  it('takes nothing that nobody could read', () => {
    const handedIn = new ForwardedBatches(1000);
    expect(handedIn.add({ ...handed(1, 1), value: bytes('batch') })).to.equal(false);
    expect(handedIn.take()).to.equal(undefined);
  });

  it('knows nothing any more once it was abandoned', () => {
    const handedIn = new ForwardedBatches(length);
    handedIn.add(handed(1, 1));
    handedIn.abandon();
    expect(handedIn.take()).to.equal(undefined);
    expect(handedIn.add(handed(1, 1))).to.equal(true);
  });
});
