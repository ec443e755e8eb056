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

  describe('among nodes that answer as the test says', () => {
    /** What a node answers: that it is busy, or a page of a state at this instance. */
    type Answer = 'busy' | number;

    async function fetchFrom(
      answers: readonly Answer[],
      { applied = 5, isLost = false, triesMax = 12 } = {},
    ) {
      const world = new World({ seed: 1 });
      const others = answers.map((_, index) => index + 1);
      let askCount = 0;
      const send = (to: number, message: StateMessage) => {
        if (message.type !== 'fetch') return;
        askCount += 1;
        const { transfer, attempt, page } = message;
        const answer = answers[to - 1] ?? 'busy';
        queueMicrotask(() => {
          if (answer === 'busy') fetch.onRefused(to, { type: 'refused', transfer, reason: 'busy' });
          else {
            const empty = { rows: [], isLast: false, total: 1, applied: answer };
            fetch.onPage(to, { type: 'page', transfer, attempt, page, ...empty });
          }
        });
      };
      const fetch: StateFetch = new StateFetch({
        port: { send },
        clock: world.clock,
        random: { next: () => 0 },
        others,
        leader: () => undefined,
        nextTransfer: () => askCount,
        replace: async (fill) => {
          await fill(memoryLevel());
          return memoryLevel();
        },
      });
      const onTry = () => {
        if (askCount === triesMax) fetch.stop();
      };
      const end = await world.run(() => fetch.run(applied, onTry, isLost));
      return { end: end === undefined ? 'stopped' : end, askCount };
    }

    for (const [answers, end] of [
      [[5], 'notBehind'],
      [[5, 5], 'notBehind'],
      [[5, 'busy'], 'notBehind'],
      [[5, 'busy', 'busy'], 'stopped'],
      [[5, 3, 'busy'], 'notBehind'],
      [[5, 'busy', 'busy', 'busy'], 'stopped'],
      [['busy', 5, 'busy', 5], 'notBehind'],
      [['busy', 'busy'], 'stopped'],
    ] as const) {
      it(`${end === 'stopped' ? 'goes on' : 'keeps its state'} where they answer ${answers}`, async () => {
        const found = await fetchFrom(answers);
        expect(found.end).to.equal(end);
        if (end === 'notBehind') expect(found.askCount).to.equal(answers.length);
      });
    }

    it('goes on where its own state lacks what it had, though a quorum has nothing newer', async () => {
      expect(await fetchFrom([5, 5, 5, 5], { isLost: true })).to.deep.equal({
        end: 'stopped',
        askCount: 12,
      });
    });
  });

  it('fails with an error of the own disk, and asks nobody else', async () => {
    const world = new World({ seed: 1 });
    const error = new Error('the disk is full');
    const asked: number[] = [];
    const fetch = new StateFetch({
      port: { send: (to) => asked.push(to) },
      clock: world.clock,
      random: { next: () => 0 },
      others: [1, 2],
      leader: () => undefined,
      nextTransfer: () => 1,
      replace: () => Promise.reject(error),
    });
    const thrown: unknown = await world.run(() =>
      fetch.run(0, () => {}).catch((reason: unknown) => reason),
    );
    expect([thrown, asked]).to.deep.equal([error, []]);
  });

  it('knows how many rows have come, while it takes them', async () => {
    const source = await StateExport.open(await stateAtThree());
    const world = new World({ seed: 1 });
    const { rows } = await source.next(1_000_000);
    const seen: unknown[] = [];
    let fetched: Fetch | undefined;
    const fetch: StateFetch = new StateFetch({
      port: {
        send: (_, message) => {
          if (message.type === 'fetch') fetched ??= message;
        },
      },
      clock: world.clock,
      random: { next: () => 0 },
      others: [1],
      leader: () => undefined,
      nextTransfer: () => 7,
      replace: async (fill) => {
        const level = memoryLevel();
        await fill(level);
        return level;
      },
    });
    await world.run(async () => {
      const fetching = fetch.run(0, () => {});
      expect(fetch.progress).to.equal(undefined);
      for (const [page, row] of rows.entries()) {
        const isLast = page === rows.length - 1;
        const { transfer, attempt } = fetched ?? expect.fail('nothing was asked for');
        const place = { transfer, attempt, page, applied: 3, total: 9 };
        fetch.onPage(1, { type: 'page', ...place, rows: [row], isLast });
        if (!isLast) await world.sleep(1);
        if (!isLast) seen.push(fetch.progress);
      }
      await fetching;
    });
    expect(seen).to.deep.equal(
      rows.slice(1).map((_, index) => ({ from: 1, received: index + 1, total: 9 })),
    );
    expect(fetch.progress).to.equal(undefined);
    await source.close();
  });
});
