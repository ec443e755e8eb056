import { limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import { PendingRequests } from '@paxkv/kvserver/internal/replica/requests/pending-requests';
import { OwnSession } from '@paxkv/kvserver/internal/replica/writes/own-session';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';
import { put } from '../../state-machine/fixtures.ts';

const count = 1000;

describe('Waits that end together', () => {
  let nowMs: number;
  let timers: { atMs: number; action: () => void }[];
  let pending: PendingRequests;

  beforeEach(() => {
    [nowMs, timers] = [0, []];
    const clock = {
      now: () => nowMs,
      at: (atMs: number, action: () => void) => {
        const timer = { atMs, action };
        timers.push(timer);
        return () => {
          timers = timers.filter((each) => each !== timer);
        };
      },
    };
    pending = new PendingRequests({ clock, limits: limitsDefault, session: new OwnSession() });
  });

  function addAll(signal?: AbortSignal): Promise<unknown>[] {
    return Array.from({ length: count }, (_, index) =>
      pending
        .add({ command: put(`k${index}`, 'v') }, signal === undefined ? {} : { signal })
        .catch((error: unknown) => error),
    );
  }

  /** Runs the timers that are due, and not those that they set. */
  function runTimers(): void {
    const due = timers.filter(({ atMs }) => atMs <= nowMs);
    timers = timers.filter(({ atMs }) => atMs > nowMs);
    for (const { action } of due) action();
  }

  it('ends thousands of waits at one deadline in parts, each in a turn of its own', async () => {
    const errors = addAll();
    nowMs = limitsDefault.requestTimeoutMs;
    let turnCount = 0;
    for (; pending.count > 0; turnCount += 1) {
      const before = pending.count;
      runTimers();
      expect(before - pending.count).to.be.within(1, 128);
    }
    expect(turnCount).to.equal(Math.ceil(count / 128));
    for (const error of await Promise.all(errors)) {
      expect(error).to.include({ code: 'KV_TIMEOUT', outcome: 'not done' });
    }
    expect(timers).to.deep.equal([]);
  });

  it('ends no wait before its deadline', () => {
    void Promise.all(addAll());
    nowMs = 1;
    void Promise.all(addAll());
    nowMs = limitsDefault.requestTimeoutMs;
    while (timers.some(({ atMs }) => atMs <= nowMs)) runTimers();
    expect(pending.count).to.equal(count);
    pending.interruptAll('the test ends');
  });

  it('makes one error for all requests of a client that disconnects', async () => {
    const controller = new AbortController();
    const errors = addAll(controller.signal);
    controller.abort();
    const distinct = new Set(await Promise.all(errors));
    expect(distinct.size).to.equal(1);
    const [error] = distinct;
    expect(error).to.be.instanceOf(KvError).and.include({ code: 'KV_ABORTED' });
  });
});
