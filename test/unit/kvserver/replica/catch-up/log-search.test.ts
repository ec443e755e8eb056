import { LogSearch } from '@paxkv/kvserver/internal/replica/catch-up/log-search';
import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

interface Outcome {
  readonly found: number | 'nobody' | undefined;
  readonly ms: number;
  readonly questions: number;
}

/** The outcome of a search when each other node answers this, after some milliseconds. Absent: no answer. */
async function search(
  answers: Readonly<Record<number, { isHeld: boolean; afterMs: number }>>,
  { leader = 1, stopMs = 60_000 } = {},
): Promise<Outcome> {
  const world = new World({ seed: 1 });
  let questions = 0;
  const send = (to: number, { transfer }: StateMessage) => {
    questions += 1;
    const answer = answers[to];
    if (answer === undefined) return;
    const found = { type: 'logFound', transfer, isHeld: answer.isHeld } as const;
    world.schedule(answer.afterMs, () => logSearch.onFound(to, found));
  };
  const logSearch: LogSearch = new LogSearch({
    port: { send },
    clock: world.clock,
    others: [1, 2, 3],
    leader: () => leader,
    nextTransfer: () => 5,
  });
  let outcome: Outcome | undefined;
  await world.run(async () => {
    world.schedule(stopMs, () => logSearch.stop());
    const found = await logSearch.run(17);
    outcome = { found, ms: world.now(), questions };
  });
  return outcome ?? expect.fail('the search did not end');
}

const yes = (afterMs: number) => ({ isHeld: true, afterMs });
const no = (afterMs: number) => ({ isHeld: false, afterMs });

describe('LogSearch', () => {
  it('ends with the first follower that has the decision', async () => {
    expect(await search({ 1: yes(1), 2: no(2), 3: yes(20) })).to.deep.equal({
      found: 3,
      ms: 20,
      questions: 3,
    });
  });

  it('takes the leader if no follower has it', async () => {
    expect(await search({ 1: yes(1), 2: no(2), 3: no(20) })).to.include({ found: 1, ms: 20 });
    expect(await search({ 1: yes(1) })).to.include({ found: 1, ms: 500 });
  });

  it('ends with nobody once all have said so', async () => {
    expect(await search({ 1: no(1), 2: no(2), 3: no(20) })).to.include({ found: 'nobody', ms: 20 });
  });

  it('asks those that do not answer again before it concludes that nobody has it', async () => {
    const asked = { found: 'nobody', ms: 2000, questions: 3 + 3 };
    expect(await search({ 1: no(1), 2: no(2) })).to.deep.equal(asked);
    expect(await search({ 1: no(1), 2: no(2), 3: yes(1900) })).to.include({ found: 3, ms: 1900 });
  });

  it('goes on asking while it reaches nobody, until it is stopped', async () => {
    const outcome = await search({}, { stopMs: 30_100 });
    expect(outcome).to.include({ found: undefined, ms: 30_100 });
    expect(outcome.questions).to.be.within(150, 200);
  });

  it('ignores answers to earlier questions, and of nodes that it did not ask', async () => {
    const world = new World({ seed: 1 });
    const logSearch = new LogSearch({
      port: { send: () => {} },
      clock: world.clock,
      others: [1, 2, 3],
      leader: () => undefined,
      nextTransfer: () => 5,
    });
    await world.run(async () => {
      const searching = logSearch.run(17);
      logSearch.onFound(2, { type: 'logFound', transfer: 4, isHeld: true });
      logSearch.onFound(4, { type: 'logFound', transfer: 5, isHeld: true });
      await world.sleep(600);
      logSearch.onFound(3, { type: 'logFound', transfer: 5, isHeld: true });
      expect([await searching, world.now()]).to.deep.equal([3, 600]);
    });
  });

  it('finds nobody once it has stopped', async () => {
    const outcome = await search({ 2: yes(1) }, { stopMs: 0 });
    expect(outcome.found).to.equal(undefined);
  });

  it('takes the word of the only one that it reaches', async () => {
    const asked = { found: 'nobody', ms: 2000, questions: 3 + 2 + 2 + 2 };
    expect(await search({ 1: no(1) })).to.deep.equal(asked);
  });

  it('is disturbed by nothing that is left of the last search', async () => {
    const world = new World({ seed: 1 });
    let transfer = 0;
    const logSearch = new LogSearch({
      port: { send: () => {} },
      clock: world.clock,
      others: [1, 2],
      leader: () => undefined,
      nextTransfer: () => {
        transfer += 1;
        return transfer;
      },
    });
    const answer = (isHeld: boolean) =>
      logSearch.onFound(1, { type: 'logFound', transfer, isHeld });
    await world.run(async () => {
      const first = logSearch.run(17);
      answer(true);
      expect(await first).to.equal(1);
      await world.sleep(100);
      const second = logSearch.run(18);
      await world.sleep(450);
      answer(true);
      expect([await second, world.now()]).to.deep.equal([1, 550]);
    });
    expect(world.step()).to.equal(false);
  });
});
