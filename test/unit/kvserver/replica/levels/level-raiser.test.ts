import {
  foundingLevel,
  LevelRaiser,
  levelToRaiseTo,
  type RaisedState,
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

describe('The level of a new cluster', () => {
  it('is the highest at which all servers that are connected can run', () => {
    expect(foundingLevel([upTo(3), undefined, upTo(2)])).to.equal(2);
    expect(foundingLevel([upTo(3), upTo(3, { raiseMax: 1 })])).to.equal(1);
  });
});

describe('LevelRaiser', () => {
  const entropy = new Uint8Array(16).fill(7);
  const incarnation = Buffer.from(entropy).toString('base64url');
  const applied = { applied: 3, max: 3, incarnation: undefined };
  const raised = { level: 2, incarnation };

  interface Settings {
    leader?: number | undefined;
    others?: readonly (ServerLevels | undefined)[];
    own?: ServerLevels;
    /** The incarnation that the identity or another server names. */
    known?: string;
    state?: Partial<RaisedState>;
    names?: (Uint8Array | undefined)[];
  }

  /** The raises that are proposed within three checks. */
  async function raisesOf(settings: Settings = {}): Promise<number[]> {
    const names = settings.names ?? [];
    const { others = [upTo(2), upTo(2)] } = settings;
    const leader = 'leader' in settings ? settings.leader : 0;
    const world = new World({ seed: 1 });
    const raises: number[] = [];
    const raiser = new LevelRaiser({
      me: 0,
      peerCount: 3,
      clock: world.clock,
      paxos: { leader: () => leader },
      port: {
        own: settings.own ?? upTo(3),
        levelsOf: (peer) => others[peer - 1],
        setLevel: () => {},
        incarnation: settings.known,
        setIncarnation: () => {},
      },
      writes: {
        raiseLevel: (level, incarnation) => {
          raises.push(level);
          names.push(incarnation);
        },
      },
      drawEntropy: () => entropy,
      state: () => ({
        ...applied,
        ...(raises.length < 2 ? { level: 1 } : raised),
        ...settings.state,
      }),
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
    let named: string | undefined;
    const raiser = new LevelRaiser({
      me: 0,
      peerCount: 1,
      clock: world.clock,
      paxos: { leader: () => 0 },
      port: {
        own: upTo(3),
        levelsOf: () => undefined,
        setLevel: (to) => reported.push(`port ${to}`),
        incarnation: undefined,
        setIncarnation: (name) => reported.push(`port ${name}`),
      },
      writes: { raiseLevel: () => {} },
      drawEntropy: () => entropy,
      state: () => ({ ...applied, level, incarnation: named }),
      onIncarnation: (name) => reported.push(`host ${name}`),
      onLevel: (to) => reported.push(`host ${to}`),
    });
    raiser.report();
    raiser.report();
    level = 3;
    raiser.report();
    expect(reported).to.deep.equal(['port 1', 'host 1', 'port 3', 'host 3']);
    named = incarnation;
    raiser.report();
    raiser.report();
    expect(reported.slice(4)).to.deep.equal([`port ${incarnation}`, `host ${incarnation}`]);
  });

  it('gives the cluster an incarnation with the raise to the level that needs one', async () => {
    const names: (Uint8Array | undefined)[] = [];
    expect(await raisesOf({ names })).to.deep.equal([2, 2]);
    expect(names).to.deep.equal([entropy, entropy]);
  });

  it('names a cluster at that level that has no incarnation, at the level that it has', async () => {
    const state = { level: 2, incarnation: undefined };
    expect(new Set(await raisesOf({ state }))).to.deep.equal(new Set([2]));
    expect(await raisesOf({ state: { ...state, incarnation } })).to.deep.equal([]);
  });

  it('names none if it belongs to a cluster that has a name, though its state knows none', async () => {
    expect(await raisesOf({ known: incarnation })).to.deep.equal([]);
    const state = { level: 1, applied: -1, max: -1, incarnation: undefined };
    expect(await raisesOf({ known: incarnation, state })).to.deep.equal([]);
  });

  describe('of a new log', () => {
    const state = { level: 1, applied: -1, max: -1, incarnation: undefined };

    it('founds the cluster at the highest level of all servers that are connected', async () => {
      const names: (Uint8Array | undefined)[] = [];
      const others = [upTo(2), undefined];
      expect(new Set(await raisesOf({ state, others, names }))).to.deep.equal(new Set([2]));
      expect(names[0]).to.deep.equal(entropy);
      expect(new Set(await raisesOf({ state, others: [upTo(1), upTo(2)] }))).to.deep.equal(
        new Set([1]),
      );
    });

    it('founds nothing as a follower, or where an instance is known', async () => {
      expect(await raisesOf({ state, leader: 1 })).to.deep.equal([]);
      const others = [upTo(2), undefined];
      expect(await raisesOf({ state: { ...state, max: 0 }, others })).to.deep.equal([]);
      expect(await raisesOf({ state: { ...state, applied: 0 }, others })).to.deep.equal([]);
    });

    it('founds the cluster at the lower level if it was told to stay there', async () => {
      const own = upTo(2, { raiseMax: 1 });
      const names: (Uint8Array | undefined)[] = [];
      const raises = await raisesOf({ state, own, others: [upTo(2), undefined], names });
      expect(new Set(raises)).to.deep.equal(new Set([1]));
      expect(new Set(names)).to.deep.equal(new Set([undefined]));
    });
  });

  it('proposes nothing unless it leads', async () => {
    expect(await raisesOf({ leader: 1 })).to.deep.equal([]);
    expect(await raisesOf({ leader: undefined })).to.deep.equal([]);
  });

  it('proposes nothing while one server cannot run at the higher level, or is not connected', async () => {
    expect(await raisesOf({ others: [upTo(2), upTo(1)] })).to.deep.equal([]);
    expect(await raisesOf({ others: [upTo(2), undefined] })).to.deep.equal([]);
  });

  describe('of a cluster', () => {
    const unnamed = { level: 1, incarnation: undefined, applied: -1, max: -1 };

    function raiserOf(
      state: RaisedState,
      { leader = undefined as number | undefined, own = upTo(3), leading = upTo(3) } = {},
    ) {
      const world = new World({ seed: 1 });
      const proposedMs: number[] = [];
      const raiser = new LevelRaiser({
        me: 0,
        peerCount: 3,
        clock: world.clock,
        paxos: { leader: () => leader },
        port: {
          own,
          levelsOf: () => leading,
          setLevel: () => {},
          incarnation: undefined,
          setIncarnation: () => {},
        },
        writes: { raiseLevel: () => proposedMs.push(world.now()) },
        drawEntropy: () => entropy,
        state: () => state,
      });
      return { world, raiser, proposedMs };
    }

    for (const [title, state, parts, isFounded] of [
      ['with an incarnation', { ...unnamed, incarnation }, {}, true],
      ['at level 2 without an incarnation', { ...unnamed, level: 2, applied: 5 }, {}, false],
      ['at level 1 that has applied something', { ...unnamed, applied: 0 }, {}, true],
      ['of which nothing is known', unnamed, {}, false],
      ['that this server leads', unnamed, { leader: 0 }, false],
      ['whose leader can name it', unnamed, { leader: 1 }, false],
      ['whose leader is of an older version', unnamed, { leader: 1, leading: upTo(1) }, true],
      [
        'whose leader is told to wait',
        unnamed,
        { leader: 1, leading: upTo(3, { raiseMax: 1 }) },
        true,
      ],
      ['that this server may not name', unnamed, { own: upTo(3, { raiseMax: 1 }) }, true],
    ] as const) {
      it(`${title} is ${isFounded ? '' : 'not '}founded`, () => {
        expect(raiserOf(state, parts).raiser.isFounded).to.equal(isFounded);
      });
    }

    it('is founded within 20 ms, and raised once a second', async () => {
      for (const [state, stepMs] of [
        [unnamed, 20],
        [{ level: 1, incarnation, applied: 5, max: 5 }, 1000],
      ] as const) {
        const { world, raiser, proposedMs } = raiserOf(state, { leader: 0 });
        await world.run(async () => {
          raiser.start();
          await world.sleep(3 * stepMs + 1);
          raiser.stop();
          await world.sleep(5000);
        });
        expect(proposedMs).to.deep.equal([stepMs, 2 * stepMs, 3 * stepMs]);
      }
    });
  });
});
