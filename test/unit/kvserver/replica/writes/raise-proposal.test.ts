import { RaiseProposal } from '@paxkv/kvserver/internal/replica/writes/raise-proposal';
import { encodeLevelRaise } from '@paxkv/kvserver/internal/state-machine/batch';
import { expect } from 'chai';

const origin = { node: 1, runId: 2, number: 0 };

describe('The raise that a replica proposes', () => {
  it('is taken once, by a replica that leads', () => {
    const raise = new RaiseProposal(origin, { has: () => false });
    expect(raise.take(true)).to.equal(undefined);
    const incarnation = new Uint8Array(16).fill(4);
    raise.ask(2, incarnation);
    expect(raise.take(true)).to.deep.equal({ origin, value: encodeLevelRaise(2, incarnation) });
    expect(raise.take(true)).to.equal(undefined);
  });

  it('is lost by a replica that does not lead, and can be asked for again', () => {
    const raise = new RaiseProposal(origin, { has: () => false });
    raise.ask(2, undefined);
    expect(raise.take(false)).to.equal(undefined);
    expect(raise.take(true)).to.equal(undefined);
    raise.ask(2, undefined);
    expect(raise.take(true)).to.include({ origin });
  });

  it('is not asked for again while it is under way', () => {
    let isUnderWay = true;
    const raise = new RaiseProposal(origin, { has: () => isUnderWay });
    raise.ask(2, undefined);
    raise.take(true);
    raise.ask(3, undefined);
    expect(raise.take(true)).to.equal(undefined);
    isUnderWay = false;
    raise.ask(3, undefined);
    expect(raise.take(true)?.value).to.deep.equal(encodeLevelRaise(3));
  });
});
