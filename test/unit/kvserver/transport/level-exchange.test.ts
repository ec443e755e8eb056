import { LevelExchange } from '@paxkv/kvserver/internal/transport/level-exchange';
import { expect } from 'chai';

const levels = { lowest: 1, highest: 2, raiseMax: 1 };

describe('LevelExchange', () => {
  it('knows the levels of a server while that is connected, and no longer', () => {
    const exchange = new LevelExchange(levels, () => {});
    expect(exchange.levelsOf(1)).to.equal(undefined);
    exchange.onConnected(1, { ...levels, highest: 5 });
    expect(exchange.levelsOf(1)).to.include({ highest: 5 });
    exchange.onGone(1);
    expect(exchange.levelsOf(1)).to.equal(undefined);
  });

  it('reports a level of the cluster at which this server cannot run', () => {
    const reported: number[] = [];
    const exchange = new LevelExchange(levels, (level) => reported.push(level));
    expect([1, 2, 3].map((level) => exchange.onLevel(level))).to.deep.equal([true, true, false]);
    expect(reported).to.deep.equal([3]);
  });

  it('starts at the base level, until the state is known', () => {
    const exchange = new LevelExchange(levels, () => {});
    expect(exchange.level).to.equal(1);
    exchange.setLevel(2);
    expect(exchange.level).to.equal(2);
  });
});
