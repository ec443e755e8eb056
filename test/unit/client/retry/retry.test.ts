import { type Answer, type Exchange, ExchangeError, type KvError } from '@paxkv/client';
import type { BackoffLimits } from '@paxkv/client/internal/retry/backoff';
import { CallDeadline, DeadlineTimer } from '@paxkv/client/internal/retry/deadlines';
import { Endpoints } from '@paxkv/client/internal/retry/endpoints';
import { Retry } from '@paxkv/client/internal/retry/retry';
import { expect } from 'chai';
import {
  breakConnection,
  type FakeWorld,
  failureOf,
  fakeWorld,
  hang,
  ok,
  refusal,
  refuseConnection,
  type Sent,
} from '../fake-world.ts';

const settings = { attemptTimeoutMs: 100, retryDelayMsMin: 25, retryDelayMsMax: 1000 };
const absent = ok({ found: false });
const get = { command: { type: 'get', key: new Uint8Array([1]) } } as const;

interface Asked {
  readonly world: FakeWorld;
  readonly retry: Retry;
  readonly deadline: CallDeadline;
  readonly reply: Promise<unknown>;
}

function ask(
  script: (sent: Sent) => Answer | Promise<Answer>,
  limits: { timeoutMs?: number | undefined; signal?: AbortSignal } = {},
  delays: BackoffLimits = settings,
): Asked {
  const world = fakeWorld(script);
  const retry = new Retry({
    environment: world.environment,
    endpoints: new Endpoints(['a', 'b', 'c'], 0),
    timer: new DeadlineTimer(world.clock),
    settings: { ...settings, ...delays },
  });
  const deadline = new CallDeadline(world.clock, { timeoutMs: 1000, ...limits });
  const reply = retry.send(get, retry.newCall('get', deadline));
  return { world, retry, deadline, reply };
}

/** Gives each answer once, and the last one for ever. */
function inTurn(...scripts: (() => Answer | Promise<Answer>)[]): () => Answer | Promise<Answer> {
  return () => {
    const script = scripts.length > 1 ? scripts.shift() : scripts[0];
    return script?.() ?? hang();
  };
}

const trail = (world: FakeWorld) =>
  world.transport.sent.map(({ endpoint, time }) => [endpoint, time]);

describe('Retry', () => {
  it('asks once if the first server replies', async () => {
    const { world, reply } = ask(() => absent);
    expect(await reply).to.deep.equal({ type: 'get', entry: undefined });
    expect(trail(world)).to.deep.equal([['a', 0]]);
  });

  it('tries every server before it waits', async () => {
    const { world, reply } = ask(
      inTurn(refuseConnection, refuseConnection, refuseConnection, refuseConnection, () => absent),
    );
    await world.clock.finish(reply);
    expect(trail(world)).to.deep.equal([
      ['a', 0],
      ['b', 0],
      ['c', 0],
      ['a', 25],
      ['b', 25],
    ]);
  });

  it('waits as long as the servers ask for, once it has tried all', async () => {
    const { world, reply } = ask(
      inTurn(
        () => refusal('KV_OVERLOADED', { retryAfterMs: 300 }),
        () => refusal('KV_OVERLOADED', { retryAfterMs: 200 }),
        () => refusal('KV_OVERLOADED'),
        () => absent,
      ),
    );
    await world.clock.finish(reply);
    expect(trail(world).map(([, time]) => time)).to.deep.equal([0, 0, 0, 300]);
  });

  it('waits for what servers ask for once: the next round has its own', async () => {
    const asking = () => refusal('KV_OVERLOADED', { retryAfterMs: 300 });
    const { world, reply } = ask(
      inTurn(
        asking,
        asking,
        asking,
        refuseConnection,
        refuseConnection,
        refuseConnection,
        () => absent,
      ),
    );
    await world.clock.finish(reply);
    const times = world.transport.sent.map(({ time }) => time);
    expect(times.slice(0, 6)).to.deep.equal([0, 0, 0, 300, 300, 300]);
    expect(times[6]).to.equal(325);
  });

  it('waits no longer than its own delay if the servers ask for nothing', async () => {
    const shortest = { retryDelayMsMin: 0.5, retryDelayMsMax: 0.5 };
    const { world, reply } = ask(refuseConnection, { timeoutMs: 1.25 }, shortest);
    await world.clock.finish(failureOf(reply));
    const times = world.transport.sent.map(({ time }) => time);
    expect(times).to.deep.equal([0, 0, 0, 0.5, 0.5, 0.5, 1, 1, 1]);
  });

  it('asks another server before the deadline if one hangs', async () => {
    const { world, reply } = ask(inTurn(hang, () => absent));
    await world.clock.finish(reply);
    expect(trail(world)).to.deep.equal([
      ['a', 0],
      ['b', 100],
    ]);
    expect(world.transport.sent[0]?.signal.aborted).to.equal(true);
    expect(world.transport.sent[1]?.signal.aborted).to.equal(false);
  });

  it('doubles the attempt timeout each time it was too short', async () => {
    const { world, reply } = ask(
      inTurn(hang, hang, refuseConnection, hang, () => absent),
      {
        timeoutMs: 5000,
      },
    );
    await world.clock.finish(reply);
    expect(trail(world)).to.deep.equal([
      ['a', 0],
      ['b', 100],
      ['c', 300],
      ['a', 325],
      ['b', 725],
    ]);
  });

  it('starts the next request at the server that replied last', async () => {
    const { world, retry, deadline, reply } = ask(inTurn(refuseConnection, () => absent));
    await reply;
    await retry.send(get, retry.newCall('get', deadline));
    expect(world.transport.sent.at(-1)?.endpoint).to.equal('b');
  });

  it('ends as KV_UNREACHABLE, not done, when every connection was refused', async () => {
    const { world, reply } = ask(refuseConnection);
    const failure = await world.clock.finish(failureOf(reply));
    expect(failure).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done' });
    expect(failure.message).to.include(`within 1000 ms, ${trail(world).length} attempts.`);
    expect(world.clock.now()).to.equal(1000);
  });

  it('ends as KV_TIMEOUT when one attempt may have arrived', async () => {
    const { world, reply } = ask(inTurn(breakConnection, refuseConnection));
    const failure = await world.clock.finish(failureOf(reply));
    expect(failure).to.include({ code: 'KV_TIMEOUT', outcome: 'not done' });
  });

  it('ends as KV_TIMEOUT when the deadline comes during the only attempt', async () => {
    const { world, reply } = ask(hang, { timeoutMs: 50 });
    const failure = await world.clock.finish(failureOf(reply));
    expect(failure).to.include({ code: 'KV_TIMEOUT', outcome: 'not done' });
    expect(failure.message).to.include('no reply within 50 ms, 1 attempt.');
    expect(world.clock.now()).to.equal(50);
  });

  it('starts the next call at another server if the deadline came while one hung', async () => {
    const { world, retry, reply } = ask(hang, { timeoutMs: 50 });
    await world.clock.finish(failureOf(reply));
    world.transport.script = () => absent;
    const deadline = new CallDeadline(world.clock, { timeoutMs: 50 });
    await retry.send(get, retry.newCall('get', deadline));
    expect(world.transport.sent.at(-1)?.endpoint).to.equal('b');
  });

  it('ends as the refusal, not done, when servers only refused', async () => {
    const { world, reply } = ask(() => refusal('KV_OVERLOADED'));
    const failure = await world.clock.finish(failureOf(reply));
    expect(failure).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
  });

  it('retries for ever if there is no deadline', async () => {
    const { world, reply } = ask(refuseConnection, { timeoutMs: undefined });
    await world.clock.runUntil(30_000);
    world.transport.script = () => absent;
    expect(await world.clock.finish(reply)).to.have.property('entry', undefined);
  });

  it('fails at once with errors that no retry can mend', async () => {
    const { world, reply } = ask(() => refusal('KV_BAD_REQUEST'));
    expect(await failureOf(reply)).to.include({ code: 'KV_BAD_REQUEST', outcome: 'not done' });
    expect(trail(world)).to.have.length(1);
  });

  it('does not accept a foreign response, and quotes it at the end', async () => {
    const { world, reply } = ask(() => ({ status: 502, body: '<html>Bad Gateway</html>' }));
    const failure = await world.clock.finish(failureOf(reply));
    expect(failure.code).to.equal('KV_TIMEOUT');
    expect(failure.message).to.include('answered 502 with <html>');
  });

  it('sends nothing for a call that has ended before', async () => {
    const { world, reply } = ask(() => absent, { signal: AbortSignal.abort() });
    expect(await failureOf(reply)).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
    expect(trail(world)).to.deep.equal([]);
  });

  it('ends within a pause when aborted', async () => {
    const controller = new AbortController();
    const { world, reply } = ask(refuseConnection, { signal: controller.signal });
    await world.clock.settle();
    controller.abort();
    expect(await failureOf(reply)).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
    expect(trail(world)).to.have.length(3);
  });

  it('does not avoid a server because the caller aborted', async () => {
    const controller = new AbortController();
    const { world, retry, reply } = ask(hang, { signal: controller.signal });
    await world.clock.settle();
    controller.abort();
    await failureOf(reply);
    world.transport.script = () => absent;
    const deadline = new CallDeadline(world.clock, { timeoutMs: 50 });
    await retry.send(get, retry.newCall('get', deadline));
    expect(world.transport.sent.at(-1)?.endpoint).to.equal('a');
  });

  it('asks a given server once, and says why that failed', async () => {
    const { world, retry, deadline, reply } = ask(() => absent);
    await reply;
    const failures: KvError[] = [];
    for (const script of [refuseConnection, hang, () => refusal('KV_UNAVAILABLE')]) {
      world.transport.script = script;
      failures.push(await world.clock.finish(failureOf(retry.sendOnce(get, 'z', deadline))));
    }
    expect(failures.map(({ code }) => code)).to.deep.equal([
      'KV_UNREACHABLE',
      'KV_TIMEOUT',
      'KV_UNAVAILABLE',
    ]);
    expect(failures[0]?.message).to.match(/^get: no reply\. .* z: connection refused$/);
    expect(world.transport.sent.slice(1).map(({ endpoint }) => endpoint)).to.deep.equal([
      'z',
      'z',
      'z',
    ]);
  });

  it('lets the exchange choose among the servers that it has not asked in this round', async () => {
    const offered: string[] = [];
    const exchange: Exchange = {
      send: (_endpoint, attempt) => attempt.reject(new ExchangeError('no', 'refused')),
      close: () => Promise.resolve(),
      bestFor: (_request, endpoints) => {
        offered.push(endpoints.join(''));
        return endpoints.at(-1);
      },
    };
    const { clock, environment } = fakeWorld(hang);
    const retry = new Retry({
      environment: { ...environment, exchange },
      endpoints: new Endpoints(['a', 'b', 'c'], 0),
      timer: new DeadlineTimer(clock),
      settings,
    });
    const deadline = new CallDeadline(clock, { timeoutMs: 26 });
    await clock.finish(failureOf(retry.send(get, retry.newCall('get', deadline))));
    expect(offered).to.deep.equal(['abc', 'ab', 'a', 'abc', 'ab', 'a']);
  });

  it('says that the call has ended if it did so while a given server was asked', async () => {
    const { world, retry, reply } = ask(() => absent);
    await reply;
    world.transport.script = hang;
    const deadline = new CallDeadline(world.clock, { timeoutMs: 50 });
    const failure = await world.clock.finish(failureOf(retry.sendOnce(get, 'z', deadline)));
    expect(failure.message).to.match(/^get: no reply within 50 ms, 1 attempt\. /);
  });
});
