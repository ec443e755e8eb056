/** Tests how keys rotate. */
import { expect } from 'chai';
import { drawOperation, isOfLanes, KeyLane, type LaneKind, makeLanes } from './key-lane.ts';

describe('a key lane', () => {
  it('returns each key two hundred times, then the next one', () => {
    const lane = new KeyLane('0', 'ledger');
    expect(lane.keys).to.deep.equal([]);
    const given = Array.from({ length: 401 }, () => lane.next());
    expect(given.filter((key) => key === given[0])).to.have.length(200);
    expect([...new Set(given)]).to.deep.equal(['ledger-0.0', 'ledger-0.1', 'ledger-0.2']);
    expect(lane.keys).to.deep.equal([...new Set(given)]);
  });

  it('abandons a key with too many unknown outcomes', () => {
    const lane = new KeyLane('0', 'mixed');
    const [first, second] = [lane.next(), 'mixed-0.1'];
    for (let count = 0; count < 7; count += 1) lane.noteUnknown(first);
    expect(lane.next()).to.equal(first);
    lane.noteUnknown(first);
    expect(lane.next()).to.equal(second);
    for (let count = 0; count < 8; count += 1) lane.noteUnknown(first);
    expect(lane.next(), 'the one before does not count any more').to.equal(second);
  });

  it('is a ledger, a register or mixed: a half and two quarters of the lanes', () => {
    const kinds = makeLanes(12).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'ledger')).to.have.length(6);
    expect(kinds.filter((kind) => kind === 'register')).to.have.length(3);
    expect(kinds.filter((kind) => kind === 'mixed')).to.have.length(3);
  });

  it('is recognized by its keys, and no lane with another name is', () => {
    const keys = makeLanes(12).map((lane) => lane.next());
    expect(keys.filter(isOfLanes)).to.deep.equal(keys);
    expect(['ledger-a.0', 'register', 'place', '0-ledger'].filter(isOfLanes)).to.deep.equal([]);
  });

  it('uses the operations of its kind', () => {
    const drawn = (kind: LaneKind) =>
      new Set(Array.from({ length: 100 }, (_, share) => drawOperation(kind, share / 100)));
    expect(drawn('ledger')).to.have.all.keys('get', 'append');
    expect(drawn('register')).to.have.all.keys('get', 'put', 'delete');
    expect(drawn('mixed')).to.have.all.keys('get', 'put', 'append', 'delete');
  });
});
