import { ForwardedBatches } from '@paxkv/kvserver/internal/replica/forwarding/forwarded';
import { encodeBatch, encodeLevelRaise, noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { Values } from '@paxkv/kvserver/internal/state-machine/values';
import { expect } from 'chai';
import { bytes, put } from '../../state-machine/fixtures.ts';

function forwarded(node: number, number: number) {
  const origin = { node, runId: 1, number };
  return { origin, value: encodeBatch({ origin, requests: [{ command: put('k', 'v') }] }) };
}

const { length } = forwarded(1, 1).value;
const values = new Values(thisVersion);

describe('ForwardedBatches', () => {
  it('returns batches in the order of their arrival', () => {
    const batches = new ForwardedBatches(1000, values);
    const [first, second] = [forwarded(1, 1), forwarded(2, 1)];
    expect([batches.add(first), batches.add(second)]).to.deep.equal([true, true]);
    expect([batches.take(), batches.take(), batches.take()]).to.deep.equal([
      first,
      second,
      undefined,
    ]);
  });

  it('accepts a batch once until it is applied', () => {
    const batches = new ForwardedBatches(1000, values);
    const batch = forwarded(1, 1);
    batches.add(batch);
    expect(batches.add(forwarded(1, 1))).to.equal(false);
    batches.take();
    expect(batches.add(forwarded(1, 1))).to.equal(false);
    batches.onApplied(batch.origin);
    expect(batches.add(forwarded(1, 1))).to.equal(true);
  });

  it('refuses a batch above its byte limit, until another one was taken', () => {
    const batches = new ForwardedBatches(length, values);
    expect(batches.add(forwarded(1, 1))).to.equal(true);
    expect(batches.add(forwarded(1, 2))).to.equal(false);
    batches.take();
    expect(batches.add(forwarded(1, 2))).to.equal(true);
  });

  it('refuses an unreadable batch', () => {
    const batches = new ForwardedBatches(1000, values);
    expect(batches.add({ ...forwarded(1, 1), value: bytes('batch') })).to.equal(false);
    expect(batches.take()).to.equal(undefined);
  });

  it('refuses every value but a batch: a raise of the feature level is not forwarded', () => {
    const batches = new ForwardedBatches(1000, values);
    for (const value of [encodeLevelRaise(2), noop])
      expect(batches.add({ ...forwarded(1, 1), value })).to.equal(false);
  });

  it('forgets everything when it is abandoned', () => {
    const batches = new ForwardedBatches(length, values);
    batches.add(forwarded(1, 1));
    batches.abandon();
    expect(batches.take()).to.equal(undefined);
    expect(batches.add(forwarded(1, 1))).to.equal(true);
  });

  it('tells batches of other nodes, runs and numbers from each other', () => {
    const batches = new ForwardedBatches(10_000, values);
    const origins = [
      [1, 1, 1],
      [2, 1, 1],
      [1, 2, 1],
      [1, 1, 2],
      [11, 1, 1],
      [1, 11, 1],
    ].map(([node = 0, runId = 0, number = 0]) => ({ node, runId, number }));
    const all = origins.map((origin) => ({ ...forwarded(1, 1), origin }));
    for (const batch of all) expect(batches.add(batch)).to.equal(true);
    const [first] = origins;
    if (first !== undefined) batches.onApplied(first);
    expect(all.map((batch) => batches.add(batch))).to.deep.equal([
      true,
      ...origins.slice(1).map(() => false),
    ]);
  });

  it('counts the bytes of what waits, whatever was refused, taken or dropped before', () => {
    const batches = new ForwardedBatches(2 * length, values);
    for (let round = 0; round < 5; round += 1) {
      expect(batches.add(forwarded(1, 1))).to.equal(true);
      expect(batches.add({ ...forwarded(1, 2), value: bytes('bad') })).to.equal(false);
      expect(batches.add(forwarded(1, 3))).to.equal(true);
      expect(batches.add(forwarded(1, 4))).to.equal(false);
      batches.take();
      expect(batches.add(forwarded(1, 4))).to.equal(true);
      batches.take();
      batches.take();
      expect(batches.take()).to.equal(undefined);
      for (const number of [1, 3, 4]) batches.onApplied({ node: 1, runId: 1, number });
    }
  });
});
