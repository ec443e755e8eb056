import { WaitingWatches } from '@paxkv/kvserver/internal/replica/watch/waiting-watches';
import { toNameRange } from '@paxkv/kvserver/internal/state-machine/store/ranges/name-range';
import { expect } from 'chai';
import { FakeClock } from '../../../client/fake-world.ts';
import { bytes } from '../../state-machine/fixtures.ts';

const none = new Uint8Array();
const prefix = (text: string) => toNameRange({ prefix: bytes(text), from: none, to: none });
const oneKey = (text: string) =>
  toNameRange({ prefix: none, from: bytes(text), to: bytes(`${text}\0`) });

describe('WaitingWatches', () => {
  let clock: FakeClock;
  let revision: number;
  let since: number;
  /** The names that changed, by revision. */
  let changes: [number, string][];
  let lookCount: number;
  /** How long a look takes. */
  let lookMs: number;
  let watches: WaitingWatches;

  beforeEach(() => {
    clock = new FakeClock();
    [revision, since, changes, lookCount, lookMs] = [10, 0, [], 0, 0];
    let lookedMs = 0;
    const ticking = { now: () => clock.now() + lookedMs, at: clock.at.bind(clock) };
    const namesAfter = (seen: number) => {
      lookCount += 1;
      lookedMs += lookMs;
      return new Set(changes.flatMap(([at, name]) => (at > seen ? [name] : [])));
    };
    const recentChanges = {
      get since() {
        return since;
      },
      namesAfter,
    };
    watches = new WaitingWatches(ticking, () => ({ revision, recentChanges }));
  });

  function wait(range = prefix('a'), dueMs = 1000, signal?: AbortSignal) {
    const wait = { ended: undefined as unknown };
    watches.add(range, { dueMs, signal }).then(
      (seen) => {
        wait.ended = seen;
      },
      (error: unknown) => {
        wait.ended = error;
      },
    );
    return wait;
  }

  async function change(...names: string[]): Promise<void> {
    for (const name of names) {
      revision += 1;
      changes.push([revision, name]);
    }
    watches.onApplied();
    await clock.runUntil(clock.now());
    await clock.settle();
  }

  it('wakes those in whose range a key has changed, with what was seen before', async () => {
    const [whole, key, other] = [wait(), wait(oneKey('a')), wait(prefix('b'))];
    await change('ab');
    expect([whole.ended, key.ended, other.ended]).to.deep.equal([10, undefined, undefined]);
    await change('c', 'a');
    expect([key.ended, other.ended]).to.deep.equal([11, undefined]);
    await change('a');
    await change('b');
    expect(other.ended).to.equal(14);
    expect(watches.count).to.equal(0);
  });

  it('looks at a change once, for all who wait', async () => {
    const all = Array.from({ length: 50 }, () => wait());
    await change('b', 'c', 'd');
    await change('b');
    expect(lookCount).to.equal(2);
    await change('a');
    expect(all.map(({ ended }) => ended)).to.deep.equal(all.map(() => 14));
  });

  it('looks at nothing while nobody waits, and not at what came before the first who does', async () => {
    await change('a');
    expect([lookCount, clock.timerCount]).to.deep.equal([0, 0]);
    const late = wait();
    await change('b');
    expect(late.ended).to.equal(undefined);
    await change('a');
    expect(late.ended).to.equal(12);
  });

  it('ends a wait when its time is over, with the revision up to which nothing has changed', async () => {
    const [one, other] = [wait(prefix('a'), 500), wait(prefix('a'), 501)];
    await change('b');
    await clock.runUntil(499);
    expect(one.ended).to.equal(undefined);
    await clock.runUntil(500);
    expect([one.ended, other.ended]).to.deep.equal([11, undefined]);
    await clock.runUntil(501);
    expect(other.ended).to.equal(11);
    expect([watches.count, clock.timerCount]).to.deep.equal([0, 0]);
  });

  it('wakes all if some changes were gone before it looked, and only then', async () => {
    const one = wait(prefix('z'));
    since = 10;
    await change('a');
    expect(one.ended).to.equal(undefined);
    since = 12;
    await change('a');
    expect(one.ended).to.equal(11);
  });

  it('rests four times as long as a look took', async () => {
    lookMs = 10;
    wait(prefix('z'), 10_000);
    await change('a');
    expect(lookCount).to.equal(1);
    const begunMs = clock.now();
    for (let ms = 1; ms <= 200; ms += 1) {
      await clock.runUntil(begunMs + ms);
      watches.onApplied();
    }
    await clock.runUntil(begunMs + 200);
    // Each look takes 10 ms of its own clock, which runs ahead of the timers by that.
    expect(lookCount).to.be.within(4, 6);
  });

  it('ends a wait whose signal fires, and no other', async () => {
    const controller = new AbortController();
    const [one, other] = [wait(prefix('a'), 1000, controller.signal), wait()];
    await clock.settle();
    controller.abort();
    await clock.settle();
    expect(one.ended).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
    expect([other.ended, watches.count, clock.timerCount]).to.deep.equal([undefined, 1, 1]);
  });

  it('ends every wait when it is told to, and leaves nothing behind', async () => {
    const all = [wait(), wait(prefix('b'))];
    await clock.settle();
    watches.interruptAll('It stops.');
    await clock.settle();
    for (const { ended } of all) {
      expect(ended).to.include({
        code: 'KV_UNAVAILABLE',
        outcome: 'not done',
        message: 'It stops.',
      });
    }
    expect([watches.count, clock.timerCount]).to.deep.equal([0, 0]);
  });
});
