import type { Answer } from '@paxkv/client';
import { Patience } from '@paxkv/client/internal/retry/call-deadline';
import { Deadlines } from '@paxkv/client/internal/retry/deadlines';
import { Endpoints } from '@paxkv/client/internal/retry/endpoints';
import { Retry } from '@paxkv/client/internal/retry/retry';
import { Entrance, waitingRequestsMax } from '@paxkv/client/internal/session/admission';
import { sessionWindowMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { failureOf, fakeWorld, hang, ok, refusal, refuseConnection } from '../fake-world.ts';

const settings = { attemptTimeoutMs: 100, retryDelayMsMin: 25, retryDelayMsMax: 1000 };

function entranceOf(script: () => Answer | Promise<Answer>) {
  const world = fakeWorld(script);
  const { clock } = world;
  const deadlines = new Deadlines(clock);
  const parts = { endpoints: new Endpoints(['a'], 0), deadlines, settings };
  const retry = new Retry(world.environment, parts);
  const entrance = new Entrance('tester', { clock, deadlines, retry });
  const enter = (timeoutMs = 1000, signal?: AbortSignal) =>
    entrance.enter(new Patience(world.clock, { timeoutMs, signal }));
  return { world, entrance, enter };
}

function opening(): () => Answer {
  let session = 40;
  return () => {
    session += 1;
    return ok({ session });
  };
}

describe('Entrance', () => {
  it('opens one session for all who wait', async () => {
    const { world, enter } = entranceOf(opening());
    const places = await Promise.all([enter(), enter(), enter()]);
    expect(places.map(({ session, number }) => [session, number])).to.deep.equal([
      [41, 1],
      [41, 2],
      [41, 3],
    ]);
    expect(world.exchange.sent).to.have.length(1);
  });

  it('goes on opening for the others when the first gives up', async () => {
    const { world, enter } = entranceOf(hang);
    const controller = new AbortController();
    const first = failureOf(enter(1000, controller.signal));
    const second = enter();
    await world.clock.settle();
    controller.abort();
    expect(await first).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
    expect(world.exchange.sent[0]?.signal.aborted).to.equal(false);
    world.exchange.script = opening();
    expect((await world.clock.finish(second)).number).to.equal(1);
  });

  it('stops opening when nobody waits any more, and begins anew for the next', async () => {
    const { world, enter } = entranceOf(hang);
    const controller = new AbortController();
    const first = failureOf(enter(1000, controller.signal));
    await world.clock.settle();
    controller.abort();
    await first;
    expect(world.exchange.sent[0]?.signal.aborted).to.equal(true);
    world.exchange.script = opening();
    expect((await enter()).session).to.equal(41);
  });

  it('says not done at the deadline, whatever became of the opening', async () => {
    for (const [script, code] of [
      [refuseConnection, 'KV_UNREACHABLE'],
      [hang, 'KV_TIMEOUT'],
      [() => refusal('KV_UNAVAILABLE'), 'KV_UNAVAILABLE'],
    ] as const) {
      const { world, enter } = entranceOf(script);
      const failure = await world.clock.finish(failureOf(enter(50)));
      expect(failure).to.include({ code, outcome: 'not done' });
      await world.clock.runUntil(500);
      expect(world.clock.timerCount, 'the opening ends too').to.equal(0);
    }
  });

  it('tells all who wait when servers will not open a session, and tries again later', async () => {
    const { world, enter } = entranceOf(() => refusal('KV_BAD_REQUEST'));
    const failures = await Promise.all([failureOf(enter()), failureOf(enter())]);
    expect(failures.map(({ code }) => code)).to.deep.equal(['KV_BAD_REQUEST', 'KV_BAD_REQUEST']);
    world.exchange.script = opening();
    expect((await enter()).number).to.equal(1);
  });

  it('lets writes beyond the window wait their turn, in order', async () => {
    const { enter, entrance, world } = entranceOf(opening());
    const places = await Promise.all(Array.from({ length: sessionWindowMax }, () => enter()));
    const order: string[] = [];
    const late = [enter(), enter()].map((turn, index) =>
      turn.then(({ number }) => order.push(`${index}:${number}`)),
    );
    await world.clock.settle();
    expect(order).to.deep.equal([]);
    for (const place of places.slice(0, 2)) {
      entrance.leave(place);
    }
    await Promise.all(late);
    expect(order).to.deep.equal([`0:${sessionWindowMax + 1}`, `1:${sessionWindowMax + 2}`]);
  });

  it('refuses with KV_OVERLOADED, not done, who has waited for a turn in vain', async () => {
    const { enter, world } = entranceOf(opening());
    await Promise.all(Array.from({ length: sessionWindowMax }, () => enter()));
    const failure = await world.clock.finish(failureOf(enter(50)));
    expect(failure).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
  });

  it('gives back a place that came too late for its caller', async () => {
    const { enter, entrance } = entranceOf(opening());
    const places = await Promise.all(Array.from({ length: sessionWindowMax }, () => enter()));
    const controller = new AbortController();
    const late = failureOf(enter(1000, controller.signal));
    controller.abort();
    for (const place of places) {
      entrance.leave(place);
    }
    expect((await late).code).to.equal('KV_ABORTED');
    const { number, firstOutstanding } = await enter();
    expect(firstOutstanding).to.equal(number);
  });

  it('refuses at once when too many wait already', async () => {
    const { enter, world } = entranceOf(hang);
    const waiting = Array.from({ length: waitingRequestsMax }, () => failureOf(enter(50)));
    expect(await failureOf(enter())).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
    await world.clock.finish(Promise.all(waiting));
  });

  it('opens another session after one expired, once for all who tell', async () => {
    const { enter, entrance } = entranceOf(opening());
    const { session } = await enter();
    entrance.expire(session);
    expect((await enter()).session).to.equal(42);
    entrance.expire(session);
    expect((await enter()).session).to.equal(42);
  });
});
