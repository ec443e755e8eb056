import {
  LevelRaiser,
  levelToRaiseTo,
  raiseCheckDelayMs,
} from '@paxkv/kvserver/internal/replica/levels/level-raiser';
import type { ServerLevels } from '@paxkv/kvserver/internal/replica/ports';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

function upTo(highest: number, changes: Partial<ServerLevels> = {}): ServerLevels {
  return { lowest: 1, highest, raiseMax: highest, ...changes };
}

describe('The level to raise a cluster to', () => {
  it('is the highest at which every server can run', () => {
    expect(levelToRaiseTo(1, [upTo(2), upTo(2), upTo(2)])).to.equal(2);
    expect(levelToRaiseTo(1, [upTo(5), upTo(3), upTo(4)])).to.equal(3);
    expect(levelToRaiseTo(1, [upTo(2)])).to.equal(2);
  });

  it('does not exist while one server can run at no higher level', () => {
    expect(levelToRaiseTo(1, [upTo(2), upTo(1), upTo(2)])).to.equal(undefined);
    expect(levelToRaiseTo(2, [upTo(2), upTo(2), upTo(2)])).to.equal(undefined);
    expect(levelToRaiseTo(3, [upTo(2), upTo(2), upTo(2)])).to.equal(undefined);
  });

  it('does not exist while the version of one server is unknown', () => {
    expect(levelToRaiseTo(1, [upTo(2), undefined, upTo(2)])).to.equal(undefined);
  });

  it('does not exceed what any server was told to wait with', () => {
    expect(levelToRaiseTo(1, [upTo(3), upTo(3, { raiseMax: 2 }), upTo(3)])).to.equal(2);
    expect(levelToRaiseTo(2, [upTo(3), upTo(3, { raiseMax: 2 }), upTo(3)])).to.equal(undefined);
    expect(levelToRaiseTo(1, [upTo(2), upTo(2, { raiseMax: 9 }), upTo(2)])).to.equal(2);
  });

  it('is not below what a newer server needs', () => {
    expect(levelToRaiseTo(1, [upTo(2), upTo(4, { lowest: 3 }), upTo(4)])).to.equal(undefined);
  });
});

describe('LevelRaiser', () => {
  /** The raises that are proposed within three checks. */
  async function raisesOf(
    settings: { leader?: number | undefined; others?: readonly (ServerLevels | undefined)[] } = {},
  ): Promise<number[]> {
    const { others = [upTo(2), upTo(2)] } = settings;
    const leader = 'leader' in settings ? settings.leader : 0;
    const world = new World({ seed: 1 });
    const raises: number[] = [];
    const raiser = new LevelRaiser({
      me: 0,
      peerCount: 3,
      clock: world.clock,
      paxos: { leader: () => leader },
      port: { own: upTo(3), levelsOf: (peer) => others[peer - 1], setLevel: () => {} },
      writes: { raiseLevel: (level) => raises.push(level) },
      level: () => (raises.length < 2 ? 1 : 2),
    });
    raiser.start();
    await world.run(() => world.sleep(3.5 * raiseCheckDelayMs), { withinMs: 60_000 });
    raiser.stop();
    return raises;
  }

  it('proposes the raise until the level of the state has risen', async () => {
    expect(await raisesOf()).to.deep.equal([2, 2]);
  });

  it('reports the level of the state at the start, and when it has risen', () => {
    const world = new World({ seed: 1 });
    const reported: string[] = [];
    let level = 1;
    const raiser = new LevelRaiser({
      me: 0,
      peerCount: 1,
      clock: world.clock,
      paxos: { leader: () => 0 },
      port: {
        own: upTo(3),
        levelsOf: () => undefined,
        setLevel: (to) => reported.push(`port ${to}`),
      },
      writes: { raiseLevel: () => {} },
      level: () => level,
      onLevel: (to) => reported.push(`host ${to}`),
    });
    raiser.report();
    raiser.report();
    level = 3;
    raiser.report();
    expect(reported).to.deep.equal(['port 1', 'host 1', 'port 3', 'host 3']);
  });

  it('proposes nothing unless it leads', async () => {
    expect(await raisesOf({ leader: 1 })).to.deep.equal([]);
    expect(await raisesOf({ leader: undefined })).to.deep.equal([]);
  });

  it('proposes nothing while one server cannot run at the higher level, or is not connected', async () => {
    expect(await raisesOf({ others: [upTo(2), upTo(1)] })).to.deep.equal([]);
    expect(await raisesOf({ others: [upTo(2), undefined] })).to.deep.equal([]);
  });
});
