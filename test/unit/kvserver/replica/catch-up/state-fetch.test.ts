import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { StateFetch } from '@paxkv/kvserver/internal/replica/catch-up/state-fetch';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateExport } from '@paxkv/kvserver/internal/storage/state/state-export';
import { expect } from 'chai';
import { applyNext, memoryLevel, put } from '../../state-machine/fixtures.ts';

const neverLater = { now: () => 0, at: () => () => {} };
const random = { next: () => 0 };

/** A state whose highest instance is 3. */
async function stateAtThree(): Promise<StateLevel> {
  const level = memoryLevel();
  const machine = await StateMachine.open(new StateDatabase(level));
  for (let seq = 0; seq <= 3; seq += 1) await applyNext(machine, put('key', `${seq}`));
  return level;
}

/** The result of requesting a state above `applied` when the only other replica is at instance 3. */
async function fetchAbove(applied: number): Promise<{ taken: boolean; tries: string[] }> {
  const source = await StateExport.open(await stateAtThree());
  const tries: string[] = [];
  const answer = async (message: StateMessage): Promise<void> => {
    if (message.type !== 'fetch') throw new Error('only pages are asked for');
    const { transfer, page } = message;
    const read = await source.next(1_000_000);
    fetch.onAnswer(1, { type: 'page', transfer, page, applied: 3, ...read });
  };
  const fetch: StateFetch = new StateFetch({
    port: { send: (_, message) => void answer(message) },
    clock: neverLater,
    random,
    others: [1],
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
  return { taken: level !== undefined, tries };
}

describe('StateFetch', () => {
  it('accepts a state that is newer than its own', async () => {
    expect(await fetchAbove(2)).to.deep.equal({ taken: true, tries: [] });
  });

  it('refuses a state that is not newer, even if it is complete', async () => {
    for (const applied of [3, 7]) {
      const tries = ['node 1 is at instance 3 itself'];
      expect(await fetchAbove(applied)).to.deep.equal({ taken: false, tries });
    }
  });
});
