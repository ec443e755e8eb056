/** Tests how keys rotate. */
import { expect } from 'chai';
import { KeyLane, makeLanes } from './key-lane.ts';

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

  it('is a ledger or mixed, half of the lanes each', () => {
    const kinds = makeLanes(8).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'ledger')).to.have.length(4);
  });
});
