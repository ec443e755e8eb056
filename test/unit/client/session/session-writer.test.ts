import { type Answer, KvClient } from '@paxkv/client';
import { CallDeadline, DeadlineTimer } from '@paxkv/client/internal/retry/deadlines';
import { Endpoints } from '@paxkv/client/internal/retry/endpoints';
import { Retry } from '@paxkv/client/internal/retry/retry';
import { queuedWritesMax, SessionQueue } from '@paxkv/client/internal/session/session-writer';
import { paths, sessionWindowMax } from '@paxkv/protocol';
import { expect } from 'chai';
import {
  breakConnection,
  failureOf,
  fakeWorld,
  hang,
  ok,
  refusal,
  refuseConnection,
  type Sent,
  stampOf,
} from '../fake-world.ts';

/** A client whose sessions are numbered from 1, and whose puts are answered by `answerPut`. */
function clientWith(answerPut: (sent: Sent) => Answer | Promise<Answer>) {
  let session = 0;
  const world = fakeWorld((sent) => {
    if (sent.path === paths.openSession) {
      session += 1;
      return ok({ session });
    }
    return answerPut(sent);
  });
  const { environment } = world;
  const client = new KvClient({ endpoints: ['one:1', 'two:2'], environment, timeoutMs: 5000 });
  const stamps = () => world.transport.sentTo(paths.put).map(stampOf);
  return { world, client, stamps };
}

const done = ok({ revision: 1 });

describe('SessionWriter', () => {
  it('sends a write again under a new session where only an expired one can have had it', async () => {
    const { client, stamps } = clientWith((sent) =>
      stampOf(sent).id === 1 ? refusal('KV_SESSION_EXPIRED') : done,
    );
    expect(await client.put('a', 'b')).to.deep.equal({ revision: 1 });
    expect(stamps()).to.deep.equal([
      { id: 1, number: 1, firstOutstanding: 1 },
      { id: 2, number: 1, firstOutstanding: 1 },
    ]);
  });

  it('replaces a session that is spoiled, and sends again what was sent once', async () => {
    for (const code of ['KV_SESSION_EXPIRED', 'KV_NUMBER_REUSED'] as const) {
      const { client, stamps } = clientWith((sent) =>
        stampOf(sent).id === 1 ? refusal(code) : done,
      );
      expect(await client.put('a', 'b'), code).to.deep.equal({ revision: 1 });
      await client.put('a', 'c');
      expect(stamps().map(({ id, number }) => [id, number])).to.deep.equal([
        [1, 1],
        [2, 1],
        [2, 2],
      ]);
    }
  });

  it('replaces a session that keeps no reply, and sends nothing again: a server may have proposed it twice', async () => {
    const { client, stamps } = clientWith((sent) =>
      stampOf(sent).id === 1 ? refusal('KV_REPLY_GONE') : done,
    );
    const failure = await failureOf(client.put('a', 'b'));
    expect(failure).to.include({ code: 'KV_REPLY_GONE', outcome: 'unknown' });
    await client.put('a', 'c');
    expect(stamps().map(({ id, number }) => [id, number])).to.deep.equal([
      [1, 1],
      [2, 1],
    ]);
  });

  it('sends again also after attempts that certainly reached no server', async () => {
    const answers = [refuseConnection, () => refusal('KV_SESSION_EXPIRED'), () => done];
    const { client, stamps } = clientWith(() => answers.shift()?.() ?? hang());
    await client.put('a', 'b');
    expect(stamps().map(({ id }) => id)).to.deep.equal([1, 1, 2]);
  });

  it('never sends a retried write under another session: its outcome is unknown', async () => {
    for (const before of [breakConnection, () => refusal('KV_INTERRUPTED')]) {
      const answers = [before, () => refusal('KV_SESSION_EXPIRED'), () => done];
      const { client, stamps } = clientWith(() => answers.shift()?.() ?? hang());
      const failure = await failureOf(client.put('a', 'b'));
      expect(failure).to.include({ code: 'KV_SESSION_EXPIRED', outcome: 'unknown' });
      expect(stamps().map(({ id }) => id)).to.deep.equal([1, 1]);
      await client.put('a', 'c');
      expect(stamps().at(-1)).to.deep.equal({ id: 2, number: 1, firstOutstanding: 1 });
    }
  });

  it('keeps the first outstanding number at a write that is still awaited, and raises it after that', async () => {
    const { client, stamps, world } = clientWith((sent) =>
      stampOf(sent).number === 1 ? hang() : done,
    );
    const controller = new AbortController();
    const first = failureOf(client.put('a', '1', { signal: controller.signal }));
    await client.put('a', '2');
    await client.put('a', '3');
    expect(stamps().at(-1)).to.deep.equal({ id: 1, number: 3, firstOutstanding: 1 });
    controller.abort();
    expect(await first).to.include({ code: 'KV_ABORTED', outcome: 'unknown' });
    await client.put('a', '4');
    expect(stamps().at(-1)).to.deep.equal({ id: 1, number: 4, firstOutstanding: 4 });
    expect(world.clock.timerCount).to.equal(0);
  });

  it('stamps a retry with its old number and the current first outstanding number', async () => {
    let isUp = false;
    const { client, stamps, world } = clientWith((sent) => {
      const { number } = stampOf(sent);
      return number === 2 && !isUp ? refuseConnection() : number === 1 && !isUp ? hang() : done;
    });
    const first = failureOf(client.put('a', '1', { timeoutMs: 10 }));
    const second = client.put('a', '2');
    await world.clock.finish(first);
    isUp = true;
    await world.clock.finish(second);
    const ofSecond = stamps().filter(({ number }) => number === 2);
    expect(ofSecond.at(0)?.firstOutstanding).to.equal(1);
    expect(ofSecond.at(-1)?.firstOutstanding).to.equal(2);
  });

  it('has no more numbers in flight than a server remembers', async () => {
    const release: (() => void)[] = [];
    const { client, stamps, world } = clientWith(
      () => new Promise((resolve) => release.push(() => resolve(done))),
    );
    const puts = Array.from({ length: sessionWindowMax + 5 }, () => client.put('a', 'b'));
    await world.clock.settle();
    expect(stamps()).to.have.length(sessionWindowMax);
    release[0]?.();
    await puts[0];
    await world.clock.settle();
    expect(stamps()).to.have.length(sessionWindowMax + 1);
    for (const next of stamps()) {
      expect(next.number - next.firstOutstanding).to.be.below(sessionWindowMax);
    }
    for (const each of release.splice(0)) {
      each();
    }
    await world.clock.settle();
    for (const each of release) {
      each();
    }
    await Promise.all(puts);
  });
});

const settings = { attemptTimeoutMs: 100, retryDelayMsMin: 25, retryDelayMsMax: 1000 };

function queueOf(script: () => Answer | Promise<Answer>) {
  const world = fakeWorld(script);
  const { clock, environment } = world;
  const timer = new DeadlineTimer(clock);
  const retry = new Retry({ environment, endpoints: new Endpoints(['a'], 0), timer, settings });
  const queue = new SessionQueue('tester', { clock, timer, retry });
  const acquire = (timeoutMs = 1000, signal?: AbortSignal) =>
    queue.acquire(new CallDeadline(clock, { timeoutMs, signal }));
  return { world, queue, acquire };
}

function opening(): () => Answer {
  let session = 40;
  return () => {
    session += 1;
    return ok({ session });
  };
}

describe('SessionQueue', () => {
  it('opens one session for all queued writes', async () => {
    const { world, acquire } = queueOf(opening());
    const slots = await Promise.all([acquire(), acquire(), acquire()]);
    expect(slots.map(({ session, number }) => [session, number])).to.deep.equal([
      [41, 1],
      [41, 2],
      [41, 3],
    ]);
    expect(world.transport.sent).to.have.length(1);
  });

  it('goes on opening for the other writes when the first one is aborted', async () => {
    const { world, acquire } = queueOf(hang);
    const controller = new AbortController();
    const first = failureOf(acquire(1000, controller.signal));
    const second = acquire();
    await world.clock.settle();
    controller.abort();
    expect(await first).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
    expect(world.transport.sent[0]?.signal.aborted).to.equal(false);
    world.transport.script = opening();
    expect((await world.clock.finish(second)).number).to.equal(1);
  });

  it('stops opening when the queue is empty, and starts again for the next write', async () => {
    const { world, acquire } = queueOf(hang);
    const controller = new AbortController();
    const first = failureOf(acquire(1000, controller.signal));
    await world.clock.settle();
    controller.abort();
    await first;
    expect(world.transport.sent[0]?.signal.aborted).to.equal(true);
    world.transport.script = opening();
    expect((await acquire()).session).to.equal(41);
  });

  it('says not done at the deadline, and never that the write may have taken effect', async () => {
    for (const [script, code] of [
      [refuseConnection, 'KV_UNREACHABLE'],
      [hang, 'KV_TIMEOUT'],
      [() => refusal('KV_UNAVAILABLE'), 'KV_UNAVAILABLE'],
    ] as const) {
      const { world, acquire } = queueOf(script);
      const failure = await world.clock.finish(failureOf(acquire(50)));
      expect(failure).to.include({ code, outcome: 'not done' });
      await world.clock.runUntil(500);
      expect(world.clock.timerCount, 'the opening ends too').to.equal(0);
    }
  });

  it('fails all queued writes when servers refuse to open a session, and tries again later', async () => {
    const { world, acquire } = queueOf(() => refusal('KV_BAD_REQUEST'));
    const failures = await Promise.all([failureOf(acquire()), failureOf(acquire())]);
    expect(failures.map(({ code }) => code)).to.deep.equal(['KV_BAD_REQUEST', 'KV_BAD_REQUEST']);
    world.transport.script = opening();
    expect((await acquire()).number).to.equal(1);
  });

  it('queues writes beyond the window, in order', async () => {
    const { acquire, queue, world } = queueOf(opening());
    const slots = await Promise.all(Array.from({ length: sessionWindowMax }, () => acquire()));
    const order: string[] = [];
    const late = [acquire(), acquire()].map((assigned, index) =>
      assigned.then(({ number }) => order.push(`${index}:${number}`)),
    );
    await world.clock.settle();
    expect(order).to.deep.equal([]);
    for (const slot of slots.slice(0, 2)) {
      queue.release(slot);
    }
    await Promise.all(late);
    expect(order).to.deep.equal([`0:${sessionWindowMax + 1}`, `1:${sessionWindowMax + 2}`]);
  });

  it('fails with KV_OVERLOADED, not done, if no slot became free before the deadline', async () => {
    const { acquire, world } = queueOf(opening());
    await Promise.all(Array.from({ length: sessionWindowMax }, () => acquire()));
    const failure = await world.clock.finish(failureOf(acquire(50)));
    expect(failure).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
  });

  it('releases a slot that was assigned too late', async () => {
    const { acquire, queue } = queueOf(opening());
    const slots = await Promise.all(Array.from({ length: sessionWindowMax }, () => acquire()));
    const controller = new AbortController();
    const late = failureOf(acquire(1000, controller.signal));
    controller.abort();
    for (const slot of slots) {
      queue.release(slot);
    }
    expect((await late).code).to.equal('KV_ABORTED');
    const { number, firstOutstanding } = await acquire();
    expect(firstOutstanding).to.equal(number);
  });

  it('refuses a write at once when too many are queued', async () => {
    const { acquire, world } = queueOf(hang);
    const waiting = Array.from({ length: queuedWritesMax }, () => failureOf(acquire(50)));
    expect(await failureOf(acquire())).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
    await world.clock.finish(Promise.all(waiting));
  });

  it('opens another session after one expired, once for all writes that report it', async () => {
    const { acquire, queue } = queueOf(opening());
    const { session } = await acquire();
    queue.replace(session);
    expect((await acquire()).session).to.equal(42);
    queue.replace(session);
    expect((await acquire()).session).to.equal(42);
  });
});
