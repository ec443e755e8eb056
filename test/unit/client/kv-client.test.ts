import { type Answer, KvClient } from '@paxkv/client';
import { paths } from '@paxkv/protocol';
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
  stampOf,
} from './fake-world.ts';

const [first, second, third] = ['http://one:1', 'http://two:2', 'http://three:3'] as const;
const endpoints = [first, second, third];

/** Opens sessions numbered from 1 and answers writes with revision 7. */
function obliging(): (sent: Sent) => Answer {
  let session = 0;
  return ({ path }) => {
    switch (path) {
      case paths.openSession:
        session += 1;
        return ok({ session });
      case paths.get:
        return ok({ found: false });
      case paths.put:
        return ok({ revision: 7 });
      case paths.append:
        return ok({ revision: 7, length: 3 });
      case paths.increment:
        return ok({ revision: 7, value: '9007199254740993' });
      default:
        return ok({ revision: 7, deleted: true });
    }
  };
}

function clientIn({ environment }: FakeWorld, more: { timeoutMs?: number } = {}): KvClient {
  return new KvClient({ endpoints, environment, name: 'tester', ...more });
}

describe('KvClient', () => {
  it('uses no network before the first call', async () => {
    const world = fakeWorld(obliging());
    const client = clientIn(world);
    await world.clock.settle();
    await client.close();
    expect(world.transport.sent).to.deep.equal([]);
  });

  it('returns undefined for an absent key and text for a present one', async () => {
    const entry = { createRevision: 2, modRevision: 5, version: 3 };
    const replies = [{ found: false }, { found: true, value: 'YmzDvA==', ...entry }];
    const world = fakeWorld(() => ok(replies.shift()));
    const client = clientIn(world);
    expect(await client.get('a')).to.equal(undefined);
    expect(await client.get('a')).to.equal('blü');
    replies.push({ found: true, value: 'eA==', ...entry });
    expect(await client.getEntry('a')).to.deep.equal({ value: 'x', ...entry });
  });

  it('says whether a key is present, and returns several values in the order of their keys', async () => {
    const versions = { createRevision: 1, modRevision: 1, version: 1 };
    const world = fakeWorld(({ body }) => {
      const { key } = body as { key: string };
      return ok(key === 'YQ==' ? { found: true, value: '', ...versions } : { found: false });
    });
    const client = clientIn(world);
    expect([await client.has('a'), await client.has('b')]).to.deep.equal([true, false]);
    expect(await client.getMany(['b', 'a', 'b'])).to.deep.equal([undefined, '', undefined]);
    expect(await client.getMany([])).to.deep.equal([]);
  });

  it('returns bytes with encoding: buffer', async () => {
    const entry = { createRevision: 1, modRevision: 1, version: 1 };
    const world = fakeWorld(() => ok({ found: true, value: '/wA=', ...entry }));
    const { environment } = world;
    const client = new KvClient({ endpoints, environment, encoding: 'buffer' });
    const value: Uint8Array | undefined = await client.get(new Uint8Array([255]));
    expect(value).to.deep.equal(new Uint8Array([255, 0]));
    expect(world.transport.sent[0]?.body).to.deep.equal({ key: '/w==' });
  });

  it('refuses to read as text bytes that are not UTF-8', async () => {
    const entry = { createRevision: 1, modRevision: 1, version: 1 };
    const world = fakeWorld(() => ok({ found: true, value: '/wA=', ...entry }));
    const failure = await clientIn(world)
      .get('a')
      .catch((error: unknown) => error);
    expect(failure).to.include({ code: 'KV_NOT_DECODABLE', outcome: 'not done' });
    expect(failure).to.have.property('message').that.includes("encoding: 'buffer'");
  });

  it('returns what each write did', async () => {
    const client = clientIn(fakeWorld(obliging()));
    expect(await client.put('a', 'b')).to.deep.equal({ revision: 7 });
    expect(await client.append('a', 'b')).to.deep.equal({ revision: 7, length: 3 });
    expect(await client.delete('a')).to.deep.equal({ revision: 7, deleted: true });
  });

  it('returns a counter exactly, and adds 1 by default', async () => {
    const world = fakeWorld(obliging());
    const client = clientIn(world);
    const reply = { revision: 7, value: 9007199254740993n };
    expect(await client.increment('a')).to.deep.equal(reply);
    await client.increment('a', -5);
    await client.increment('a', 2n ** 63n - 1n);
    const bodies = world.transport
      .sentTo(paths.increment)
      .map(({ body }) => body as { by: string });
    const added = bodies.map(({ by }) => by);
    expect(added).to.deep.equal(['1', '-5', '9223372036854775807']);
  });

  it('adds only 64-bit integers, and safe ones if they are numbers', async () => {
    const world = fakeWorld(obliging());
    const client = clientIn(world);
    for (const by of [1.5, Number.NaN, 2 ** 53, 2n ** 63n, -(2n ** 63n) - 1n]) {
      const failure = await client.increment('a', by).catch((error: unknown) => error);
      expect(failure, String(by)).to.be.instanceOf(TypeError);
    }
    expect(world.transport.sent).to.deep.equal([]);
  });

  it('numbers the writes of one session from 1', async () => {
    const world = fakeWorld(obliging());
    const client = clientIn(world);
    await client.put('a', 'b');
    await client.append('a', 'c');
    await client.delete('a');
    expect(world.transport.sentTo(paths.openSession).map(({ body }) => body)).to.deep.equal([
      { client: 'tester' },
    ]);
    const writes = world.transport.sent.filter(({ path }) => path !== paths.openSession);
    expect(writes.map(stampOf)).to.deep.equal([
      { id: 1, number: 1, firstOutstanding: 1 },
      { id: 1, number: 2, firstOutstanding: 2 },
      { id: 1, number: 3, firstOutstanding: 3 },
    ]);
  });

  it('reads without a session', async () => {
    const world = fakeWorld(obliging());
    await clientIn(world).get('a');
    expect(world.transport.sent.map(({ path }) => path)).to.deep.equal([paths.get]);
  });

  it('keeps the number of a write over its retries', async () => {
    const answer = obliging();
    let puts = 0;
    const world = fakeWorld((sent) => {
      if (sent.path === paths.put) {
        puts += 1;
        return puts < 3 ? breakConnection() : answer(sent);
      }
      return answer(sent);
    });
    await clientIn(world).put('a', 'b');
    const sent = world.transport.sentTo(paths.put);
    expect(sent.map(({ endpoint }) => endpoint)).to.deep.equal([first, second, third]);
    expect(sent.map((each) => stampOf(each).number)).to.deep.equal([1, 1, 1]);
  });

  it('starts later calls at a server that replied', async () => {
    const answer = obliging();
    const world = fakeWorld((sent) =>
      sent.endpoint === first ? refuseConnection() : answer(sent),
    );
    const client = clientIn(world);
    await client.get('a');
    await client.get('b');
    expect(world.transport.sent.map(({ endpoint }) => endpoint)).to.deep.equal([
      first,
      second,
      second,
    ]);
  });

  it('refuses keys and values outside their limits before anything is sent', async () => {
    const world = fakeWorld(obliging());
    const client = clientIn(world);
    const [longKey, longValue] = ['k'.repeat(1025), new Uint8Array(1024 * 1024 + 1)];
    const failures = [
      [() => client.put(longKey, ''), 'KV_TOO_LARGE'],
      [() => client.get(longKey), 'KV_TOO_LARGE'],
      [() => client.put('a', longValue), 'KV_TOO_LARGE'],
      [() => client.append('a', longValue), 'KV_TOO_LARGE'],
      [() => client.get(''), 'KV_BAD_REQUEST'],
      [() => client.getEntry(''), 'KV_BAD_REQUEST'],
      [() => client.put('', 'b'), 'KV_BAD_REQUEST'],
      [() => client.append('', 'b'), 'KV_BAD_REQUEST'],
      [() => client.delete(new Uint8Array()), 'KV_BAD_REQUEST'],
      [() => client.increment(''), 'KV_BAD_REQUEST'],
    ] as const;
    for (const [call, code] of failures) {
      expect(await failureOf(call())).to.include({ code, outcome: 'not done' });
    }
    expect(world.transport.sent).to.deep.equal([]);
  });

  it('rejects with TypeError for options it does not know before anything is sent', async () => {
    const world = fakeWorld(obliging());
    const client = clientIn(world);
    const wrong = { consistency: 'serializable', timeout: 5 };
    const calls = [
      client.get('a', { timeout: 5 } as object),
      client.put('a', 'b', wrong as object),
      client.append('a', 'b', wrong as object),
      client.delete('a', wrong as object),
      client.increment('a', 1, wrong as object),
      client.status(first, wrong as object),
      client.statuses(wrong as object),
    ];
    for (const result of await Promise.allSettled(calls)) {
      expect(result).to.have.property('reason').that.is.instanceOf(TypeError);
      expect(result).to.have.nested.property('reason.message').that.includes('unknown option');
    }
    expect(world.transport.sent).to.deep.equal([]);
    await client.close();
  });

  it('says what is missing when it is made without endpoints', () => {
    for (const options of [undefined, null, '127.0.0.1:4401']) {
      expect(() => new KvClient(options as unknown as { endpoints: string })).to.throw(
        TypeError,
        'needs an object with at least its endpoints',
      );
    }
    expect(() => new KvClient({} as { endpoints: string })).to.throw(
      TypeError,
      'endpoints is missing',
    );
    expect(() => new KvClient({ endpoint: 'a:1' } as unknown as { endpoints: string })).to.throw(
      TypeError,
      'Did you mean "endpoints"?',
    );
  });

  it('calls a failed read not done, and never says that it may have taken effect', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    for (const script of [hang, breakConnection, () => refusal('KV_INTERRUPTED')]) {
      const world = fakeWorld(script);
      const client = clientIn(world, { timeoutMs: 300 });
      const reads = [
        () => client.get('a'),
        () => client.getEntry('a'),
        () => client.status(),
        () => client.status(first),
      ];
      for (const read of reads) {
        const { code, outcome, message } = await world.clock.finish(failureOf(read()));
        expect([code, outcome]).to.deep.equal(['KV_TIMEOUT', 'not done']);
        expect(message).not.to.include('may have');
      }
    }
    const world = fakeWorld(hang);
    const get = failureOf(clientIn(world).get('a', { signal }));
    await world.clock.settle();
    controller.abort();
    expect(await get).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
  });

  it('never says not done and may have taken effect of one write', async () => {
    for (const timeoutMs of [50, 5_000]) {
      for (const script of [hang, breakConnection, refuseConnection]) {
        for (const opens of [true, false]) {
          const world = fakeWorld((sent) =>
            opens && sent.path === paths.openSession ? ok({ session: 1 }) : script(),
          );
          const put = failureOf(clientIn(world, { timeoutMs }).put('a', 'b'));
          const { outcome, message } = await world.clock.finish(put);
          expect(message.includes('may have taken effect'), message).to.equal(
            outcome === 'unknown',
          );
          expect(/not done|was not sent/.test(message), message).to.equal(outcome === 'not done');
        }
      }
    }
  });

  it('names every server if none can be reached', async () => {
    const world = fakeWorld(refuseConnection);
    const client = clientIn(world, { timeoutMs: 300 });
    const calls = [() => client.get('a'), () => client.put('a', 'b'), () => client.status()];
    for (const call of calls) {
      const { code, message } = await world.clock.finish(failureOf(call()));
      expect(code).to.equal('KV_UNREACHABLE');
      for (const endpoint of endpoints) {
        expect(message).to.include(`${endpoint}: connection refused`);
      }
    }
  });

  it('ends a call with KV_ABORTED, not done, when its signal fired before', async () => {
    const world = fakeWorld(obliging());
    const failure = await failureOf(
      clientIn(world).put('a', 'b', { signal: AbortSignal.abort('enough') }),
    );
    expect(failure).to.include({ code: 'KV_ABORTED', outcome: 'not done', cause: 'enough' });
    expect(world.transport.sent).to.deep.equal([]);
  });

  it('ends a call with KV_ABORTED, unknown, when a server may have it', async () => {
    const world = fakeWorld(({ path }) =>
      path === paths.openSession ? ok({ session: 1 }) : hang(),
    );
    const controller = new AbortController();
    const put = clientIn(world).put('a', 'b', { signal: controller.signal });
    await world.clock.settle();
    controller.abort();
    expect(await failureOf(put)).to.include({ code: 'KV_ABORTED', outcome: 'unknown' });
    expect(world.transport.sentTo(paths.put)[0]?.signal.aborted).to.equal(true);
    expect(world.clock.timerCount).to.equal(0);
  });

  it('takes a deadline for one call', async () => {
    const world = fakeWorld(hang);
    const failure = await world.clock.finish(
      failureOf(clientIn(world).get('a', { timeoutMs: 300 })),
    );
    expect(failure.code).to.equal('KV_TIMEOUT');
    expect(world.clock.now()).to.equal(300);
  });

  it('leaves no timer behind', async () => {
    const world = fakeWorld(obliging());
    await clientIn(world).put('a', 'b');
    expect(world.clock.timerCount).to.equal(0);
  });

  it('asks the named server for its status once', async () => {
    const world = fakeWorld(refuseConnection);
    const failure = await failureOf(clientIn(world).status('two:2'));
    expect(failure).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done' });
    expect(world.transport.sent.map(({ endpoint }) => endpoint)).to.deep.equal([second]);
  });

  it('lists the status or error of every server', async () => {
    const world = fakeWorld(({ endpoint }) =>
      endpoint === second ? refusal('KV_UNAVAILABLE') : ok(statusOf(endpoint)),
    );
    const rows = await clientIn(world).statuses();
    expect(rows.map(({ endpoint }) => endpoint)).to.deep.equal(endpoints);
    expect(rows.map(({ status }) => status?.cluster)).to.deep.equal([first, undefined, third]);
    expect(rows[1]?.error?.code).to.equal('KV_UNAVAILABLE');
  });

  it('refuses calls after close, and closes once calls in flight have ended', async () => {
    const world = fakeWorld(hang);
    const client = clientIn(world, { timeoutMs: 100 });
    const get = failureOf(client.get('a'));
    const closed = client.close();
    await world.clock.settle();
    expect(world.transport.isClosed).to.equal(false);
    expect(await failureOf(client.get('b'))).to.include({ code: 'KV_CLOSED', outcome: 'not done' });
    await world.clock.finish(closed);
    expect((await get).code).to.equal('KV_TIMEOUT');
    expect(world.transport.isClosed).to.equal(true);
    expect(client.close()).to.equal(closed);
  });

  it('closes at the end of its scope', async () => {
    const world = fakeWorld(obliging());
    await clientIn(world)[Symbol.asyncDispose]();
    expect(world.transport.isClosed).to.equal(true);
  });
});

function statusOf(cluster: string) {
  return {
    node: 0,
    cluster,
    state: 'running',
    applied: -1,
    min: 0,
    max: -1,
    revision: 0,
    sessions: 0,
    pending: 0,
    peers: [{ node: 1, connected: false, reason: 'refused' }],
    leader: 0,
    residentBytes: 1,
    uptimeMs: 1,
    version: '0.1.0',
  };
}
