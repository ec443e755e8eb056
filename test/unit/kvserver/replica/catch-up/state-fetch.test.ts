import { StateFetch } from '@paxkv/kvserver/internal/replica/catch-up/state-fetch';
import type { Fetch, StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateExport } from '@paxkv/kvserver/internal/storage/state/state-export';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { applyNext, memoryLevel, put } from '../../state-machine/fixtures.ts';

const neverLater = { now: () => 0, at: () => () => {} };

/** A state whose highest instance is 3. */
async function stateAtThree(): Promise<StateLevel> {
  const level = memoryLevel();
  const machine = await StateMachine.open(new StateDatabase(level));
  for (let seq = 0; seq <= 3; seq += 1) await applyNext(machine, put('key', `${seq}`));
  return level;
}

/** The result of requesting a state above `applied` when the only other replica is at instance 3. */
async function fetchAbove(applied: number): Promise<{ result: string; tries: string[] }> {
  const source = await StateExport.open(await stateAtThree());
  const tries: string[] = [];
  let isAsked = false;
  const answer = async ({ transfer, attempt, page }: Fetch): Promise<void> => {
    const read = await source.next(1_000_000);
    fetch.onPage(1, { type: 'page', transfer, attempt, page, applied: 3, total: 2, ...read });
  };
  const send = (_: number, message: StateMessage) => {
    if (message.type === 'fetch' && !isAsked) void answer(message);
    isAsked = true;
  };
  const fetch: StateFetch = new StateFetch({
    port: { send },
    clock: neverLater,
    random: { next: () => 0 },
    others: [1, 2, 3],
    leader: () => undefined,
    nextTransfer: () => 7,
    replace: async (fill) => {
      const level = memoryLevel();
      await fill(level);
      return level;
    },
  });
  const level = await fetch.run(applied, (reason) => {
    tries.push(reason);
    fetch.stop();
  });
  await source.close();
  return { result: level === undefined ? 'none' : 'taken', tries };
}

describe('StateFetch', () => {
  it('accepts a state that is newer than its own', async () => {
    expect(await fetchAbove(2)).to.deep.equal({ result: 'taken', tries: [] });
  });

  it('refuses a state that is not newer, even if it is complete', async () => {
    for (const applied of [3, 7]) {
      const tries = ['node 1 is at instance 3 itself'];
      expect(await fetchAbove(applied)).to.deep.equal({ result: 'none', tries });
    }
  });

  it('takes the newer state of one replica, though a quorum has none', async () => {
    const world = new World({ seed: 1 });
    const level = await stateAtThree();
    const asked: number[] = [];
    const answer = async (to: number, { transfer, attempt, page }: Fetch): Promise<void> => {
      const source = await StateExport.open(level);
      const read = await source.next(1_000_000);
      // All but the last are where this one is.
      const applied = to === 2 ? 3 : 2;
      fetch.onPage(to, { type: 'page', transfer, attempt, page, applied, total: 2, ...read });
      await source.close();
    };
    const fetch: StateFetch = new StateFetch({
      port: {
        send: (to, message) => {
          if (message.type !== 'fetch') return;
          asked.push(to);
          void answer(to, message);
        },
      },
      clock: world.clock,
      random: { next: () => 0 },
      others: [1, 2],
      leader: () => 2,
      nextTransfer: () => asked.length,
      replace: async (fill) => {
        const taken = memoryLevel();
        await fill(taken);
        return taken;
      },
    });
    const taken = await world.run(() => fetch.run(2, () => {}));
    expect(taken).to.be.an('object');
    expect(asked).to.deep.equal([1, 2]);
  });

  it('ends once a quorum has no newer state, itself included, and not before', async () => {
    const world = new World({ seed: 1 });
    const asked: number[] = [];
    const send = (to: number, message: StateMessage) => {
      if (message.type !== 'fetch') return;
      asked.push(to);
      const { transfer, attempt, page } = message;
      queueMicrotask(() => {
        // One of them refuses for ever, and others at first, which says nothing.
        const isBusy = to === 1 || (to !== 3 && asked.length <= 4);
        if (isBusy) fetch.onRefused(to, { type: 'refused', transfer, reason: 'busy' });
        const empty = { rows: [], isLast: false, total: 1, applied: 5 };
        if (!isBusy) fetch.onPage(to, { type: 'page', transfer, attempt, page, ...empty });
      });
    };
    const fetch: StateFetch = new StateFetch({
      port: { send },
      clock: world.clock,
      random: { next: () => 0 },
      others: [1, 2, 3, 4],
      leader: () => undefined,
      nextTransfer: () => asked.length,
      replace: async (fill) => {
        await fill(memoryLevel());
        return memoryLevel();
      },
    });
    await world.run(async () => expect(await fetch.run(5, () => {})).to.equal('notBehind'));
    expect(asked).to.deep.equal([1, 2, 3, 4, 1, 2]);
  });

  it('ends as too old for its cluster once every node was asked, and those that give a state say so', async () => {
    const world = new World({ seed: 1 });
    const level = await stateAtThree();
    const asked: number[] = [];
    const answer = async (to: number, { transfer, attempt, page }: Fetch): Promise<void> => {
      const source = await StateExport.open(level);
      const read = await source.next(1_000_000);
      fetch.onPage(to, { type: 'page', transfer, attempt, page, applied: 3, total: 2, ...read });
      await source.close();
    };
    const fetch: StateFetch = new StateFetch({
      port: {
        send: (to, message) => {
          if (message.type !== 'fetch') return;
          asked.push(to);
          const { transfer } = message;
          const refused = { type: 'refused', transfer, reason: 'busy' } as const;
          queueMicrotask(() => {
            if (to < 4) fetch.onRefused(to, refused);
            else void answer(to, message);
          });
        },
      },
      clock: world.clock,
      random: { next: () => 0 },
      version: { lowest: 2, highest: 2, commands: {} },
      others: [1, 2, 3, 4],
      leader: () => undefined,
      nextTransfer: () => asked.length,
      replace: async (fill) => {
        await fill(memoryLevel());
        return memoryLevel();
      },
    });
    const error: unknown = await world.run(() =>
      fetch.run(0, () => {}).catch((thrown: unknown) => thrown),
    );
    expect(error).to.include({ code: 'STATE_LEVEL_UNSUPPORTED' });
    expect(asked).to.deep.equal([1, 2, 3, 4]);
  });

  for (const { leader, expected } of [
    { leader: undefined, expected: [2, 3, 1] },
    { leader: 3, expected: [2, 1, 3] },
    { leader: 2, expected: [3, 1, 2] },
  ]) {
    it(`asks followers before the leader, each in turn: the leader is ${leader}`, async () => {
      const asked: number[] = [];
      const world = new World({ seed: 1 });
      const send = (to: number, message: StateMessage) => {
        if (message.type !== 'fetch') return;
        asked.push(to);
        const { transfer } = message;
        queueMicrotask(() => fetch.onRefused(to, { type: 'refused', transfer, reason: 'busy' }));
      };
      const fetch: StateFetch = new StateFetch({
        port: { send },
        clock: world.clock,
        random: { next: () => 0.4 },
        others: [1, 2, 3],
        leader: () => leader,
        nextTransfer: () => asked.length,
        replace: async (fill) => {
          await fill(memoryLevel());
          return memoryLevel();
        },
      });
      const onTry = () => {
        if (asked.length === 3) fetch.stop();
      };
      await world.run(async () => void (await fetch.run(0, onTry)));
      expect(asked).to.deep.equal(expected);
    });
  }
});
