import { limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import type { PendingRequest } from '@paxkv/kvserver/internal/replica/requests/pending-request';
import { PendingRequests } from '@paxkv/kvserver/internal/replica/requests/pending-requests';
import { OwnSession } from '@paxkv/kvserver/internal/replica/writes/own-session';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';
import { get, put, text } from '../../state-machine/fixtures.ts';

const count = 1000;

const nameOf = ({ request: { command } }: PendingRequest): string =>
  ('key' in command ? text(command.key) : undefined) ?? '';

describe('PendingRequests', () => {
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

  it('says when the last one is settled, to all who wait for that, and at once if there is none', async () => {
    await pending.whenEmpty(1000);
    const told: string[] = [];
    const replies = [pending.admit({ command: get('a') }), pending.admit({ command: get('b') })];
    for (const one of replies) one.reply.catch(() => {});
    for (const name of ['first', 'second']) {
      void pending.whenEmpty(1000).then(() => told.push(name));
    }
    replies[0]?.interrupt('over');
    await Promise.resolve();
    expect(told).to.deep.equal([]);
    replies[1]?.interrupt('over');
    await Promise.resolve();
    expect(told).to.deep.equal(['first', 'second']);
    expect(timers).to.deep.equal([]);
  });

  it('waits for the last one no longer than it may', async () => {
    const { reply } = pending.admit({ command: get('a') });
    reply.catch(() => {});
    let isOver = false;
    void pending.whenEmpty(1000).then(() => {
      isOver = true;
    });
    nowMs = 999;
    runTimers();
    await Promise.resolve();
    expect(isOver).to.equal(false);
    nowMs = 1000;
    runTimers();
    await Promise.resolve();
    expect([isOver, pending.count]).to.deep.equal([true, 1]);
    pending.interruptAll('the test ends');
  });

  it('offers a request again that was put back, unless it was settled meanwhile', () => {
    const taken: string[] = [];
    const takeAll = () => {
      taken.length = 0;
      const all: PendingRequest[] = [];
      pending.takeBatch((one) => {
        taken.push(nameOf(one));
        return all.push(one) > 0;
      });
      return all;
    };
    for (const key of ['a', 'b']) pending.add({ command: put(key, 'v') }).catch(() => {});
    const [first, second] = takeAll();
    expect(taken).to.deep.equal(['a', 'b']);
    expect(takeAll()).to.deep.equal([]);
    second?.interrupt('over');
    for (const one of [first, second]) if (one !== undefined) pending.requeue(one);
    expect([pending.queuedCount, pending.count]).to.deep.equal([1, 1]);
    takeAll();
    expect(taken).to.deep.equal(['a']);
    expect(pending.queuedCount).to.equal(0);
    if (first !== undefined) pending.requeue(first);
    first?.interrupt('over');
    expect([pending.queuedCount, pending.count]).to.deep.equal([0, 0]);
  });

  it('keeps what a batch did not take in its place, and offers it again', () => {
    for (const key of ['a', 'b', 'c']) pending.add({ command: put(key, 'v') }).catch(() => {});
    const offered: string[] = [];
    const take = (names: string) =>
      pending.takeBatch((one) => {
        offered.push(nameOf(one));
        return names.includes(nameOf(one));
      });
    take('b');
    take('ac');
    expect(offered).to.deep.equal(['a', 'b', 'c', 'a', 'c']);
    expect([pending.queuedCount, pending.count]).to.deep.equal([0, 3]);
    pending.interruptAll('the test ends');
  });

  it('offers no read that goes into no batch, and never refuses a request of the replica', () => {
    pending.admit({ command: get('a') }).reply.catch(() => {});
    expect(pending.queuedCount).to.equal(0);
    const full = new PendingRequests({
      clock: { now: () => 0, at: () => () => {} },
      limits: { ...limitsDefault, pendingRequestCountMax: 1 },
      session: new OwnSession(),
      load: { retainedLogBytes: () => 2 ** 50, journalBytes: () => 0, memoryPercent: () => 99 },
    });
    expect(() => full.add({ command: put('a', 'v') })).to.throw(KvError);
    full.addOwn({ command: { type: 'openSession', client: 'node 0' } }).catch(() => {});
    expect([full.count, full.queuedCount]).to.deep.equal([1, 1]);
    full.interruptAll('the test ends');
    pending.interruptAll('the test ends');
  });

  it('tells queued requests from proposed ones when their caller goes', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const add = (key: string) =>
      pending.add({ command: put(key, 'v') }, { signal }).catch((error: KvError) => error.outcome);
    const proposed = [add('a'), add('b')];
    pending.takeBatch(() => true);
    const queued = [add('c')];
    controller.abort();
    expect(await Promise.all([...proposed, ...queued])).to.deep.equal([
      ...['unknown', 'unknown'],
      'not done',
    ]);
    expect([pending.count, pending.queuedCount, timers]).to.deep.equal([0, 0, []]);
  });
});
