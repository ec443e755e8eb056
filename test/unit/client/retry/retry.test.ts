import type { Answer, KvError } from '@paxkv/client';
import { Tally } from '@paxkv/client/internal/retry/attempts-outcome';
import { Patience } from '@paxkv/client/internal/retry/call-deadline';
import { Deadlines } from '@paxkv/client/internal/retry/deadlines';
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
  readonly patience: Patience;
  readonly reply: Promise<unknown>;
}

function ask(
  script: (sent: Sent) => Answer | Promise<Answer>,
  limits: { timeoutMs?: number; signal?: AbortSignal } = {},
): Asked {
  const world = fakeWorld(script);
  const retry = new Retry(world.environment, {
    endpoints: new Endpoints(['a', 'b', 'c'], 0),
    deadlines: new Deadlines(world.clock),
    settings,
  });
  const patience = new Patience(world.clock, { timeoutMs: 1000, ...limits });
  const reply = retry.pursue(get, { patience, tally: new Tally('get') });
  return { world, retry, patience, reply };
}

/** Each answer is given once; the last one for ever. */
function inTurn(...scripts: (() => Answer | Promise<Answer>)[]): () => Answer | Promise<Answer> {
  return () => {
    const script = scripts.length > 1 ? scripts.shift() : scripts[0];
    return script?.() ?? hang();
  };
}

const trail = (world: FakeWorld) =>
  world.exchange.sent.map(({ endpoint, time }) => [endpoint, time]);

describe('Retry', () => {
  it('asks once where the first answer is good', async () => {
    const { world, reply } = ask(() => absent);
    expect(await reply).to.deep.equal({ type: 'get', entry: undefined });
    expect(trail(world)).to.deep.equal([['a', 0]]);
  });

  it('moves to another server first and waits second', async () => {
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

  it('leaves a server that hangs before the deadline', async () => {
    const { world, reply } = ask(inTurn(hang, () => absent));
    await world.clock.finish(reply);
    expect(trail(world)).to.deep.equal([
      ['a', 0],
      ['b', 100],
    ]);
    expect(world.exchange.sent[0]?.signal.aborted).to.equal(true);
    expect(world.exchange.sent[1]?.signal.aborted).to.equal(false);
  });

  it('waits twice as long for the next one each time that was too short', async () => {
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

  it('lets the next request begin where the last one ended', async () => {
    const { world, retry, patience, reply } = ask(inTurn(refuseConnection, () => absent));
    await reply;
    await retry.pursue(get, { patience, tally: new Tally('get') });
    expect(world.exchange.sent.at(-1)?.endpoint).to.equal('b');
  });

  it('ends as KV_UNREACHABLE, not done, when every connection was refused', async () => {
    const { world, reply } = ask(refuseConnection);
    const failure = await world.clock.finish(failureOf(reply));
    expect(failure).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done' });
    expect(world.clock.now()).to.equal(1000);
  });

  it('ends as KV_TIMEOUT, unknown, when one attempt may have arrived', async () => {
    const { world, reply } = ask(inTurn(breakConnection, refuseConnection));
    const failure = await world.clock.finish(failureOf(reply));
    expect(failure).to.include({ code: 'KV_TIMEOUT', outcome: 'unknown' });
  });

  it('ends as KV_TIMEOUT, unknown, when the deadline comes during the only attempt', async () => {
    const { world, reply } = ask(hang, { timeoutMs: 50 });
    const failure = await world.clock.finish(failureOf(reply));
    expect(failure).to.include({ code: 'KV_TIMEOUT', outcome: 'unknown' });
    expect(world.clock.now()).to.equal(50);
  });

  it('asks another server next time when the deadline came while one hung', async () => {
    const { world, retry, reply } = ask(hang, { timeoutMs: 50 });
    await world.clock.finish(failureOf(reply));
    world.exchange.script = () => absent;
    const patience = new Patience(world.clock, { timeoutMs: 50 });
    await retry.pursue(get, { patience, tally: new Tally('get') });
    expect(world.exchange.sent.at(-1)?.endpoint).to.equal('b');
  });

  it('ends as the refusal, not done, when servers only refused', async () => {
    const { world, reply } = ask(() => refusal('KV_OVERLOADED'));
    const failure = await world.clock.finish(failureOf(reply));
    expect(failure).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
  });

  it('goes on for ever where there is no deadline', async () => {
    const { world, reply } = ask(refuseConnection, { timeoutMs: Number.POSITIVE_INFINITY });
    await world.clock.runUntil(30_000);
    world.exchange.script = () => absent;
    expect(await world.clock.finish(reply)).to.have.property('entry', undefined);
  });

  it('throws at once what no retry can mend', async () => {
    const { world, reply } = ask(() => refusal('KV_BAD_REQUEST'));
    expect(await failureOf(reply)).to.include({ code: 'KV_BAD_REQUEST', outcome: 'not done' });
    expect(trail(world)).to.have.length(1);
  });

  it('takes a foreign answer for none, and says so at the end', async () => {
    const { world, reply } = ask(() => ({ status: 502, body: '<html>Bad Gateway</html>' }));
    const failure = await world.clock.finish(failureOf(reply));
    expect(failure.code).to.equal('KV_TIMEOUT');
    expect(failure.message).to.include('answered 502 with <html>');
  });

  it('ends within a pause when called off', async () => {
    const controller = new AbortController();
    const { world, reply } = ask(refuseConnection, { signal: controller.signal });
    await world.clock.settle();
    controller.abort();
    expect(await failureOf(reply)).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
    expect(trail(world)).to.have.length(3);
  });

  it('holds it against no server that the caller called off', async () => {
    const controller = new AbortController();
    const { world, retry, reply } = ask(hang, { signal: controller.signal });
    await world.clock.settle();
    controller.abort();
    await failureOf(reply);
    world.exchange.script = () => absent;
    const patience = new Patience(world.clock, { timeoutMs: 50 });
    await retry.pursue(get, { patience, tally: new Tally('get') });
    expect(world.exchange.sent.at(-1)?.endpoint).to.equal('a');
  });

  it('asks one server only once on demand, and says why that failed', async () => {
    const { world, retry, patience, reply } = ask(() => absent);
    await reply;
    const failures: KvError[] = [];
    for (const script of [refuseConnection, hang, () => refusal('KV_UNAVAILABLE')]) {
      world.exchange.script = script;
      failures.push(await world.clock.finish(failureOf(retry.askOnce('z', get, patience))));
    }
    expect(failures.map(({ code }) => code)).to.deep.equal([
      'KV_UNREACHABLE',
      'KV_TIMEOUT',
      'KV_UNAVAILABLE',
    ]);
    expect(world.exchange.sent.slice(1).map(({ endpoint }) => endpoint)).to.deep.equal([
      'z',
      'z',
      'z',
    ]);
  });
});
