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
  it('says nothing to the network before the first call', async () => {
    const world = fakeWorld(obliging());
    const client = clientIn(world);
    await world.clock.settle();
    await client.close();
    expect(world.exchange.sent).to.deep.equal([]);
  });

  it('gives undefined for an absent key and text for a present one', async () => {
    const entry = { createRevision: 2, modRevision: 5, version: 3 };
    const replies = [{ found: false }, { found: true, value: 'YmzDvA==', ...entry }];
    const world = fakeWorld(() => ok(replies.shift()));
    const client = clientIn(world);
    expect(await client.get('a')).to.equal(undefined);
    expect(await client.get('a')).to.equal('blü');
    replies.push({ found: true, value: 'eA==', ...entry });
    expect(await client.getEntry('a')).to.deep.equal({ value: 'x', ...entry });
  });

  it('gives bytes as they are stored when told to', async () => {
    const entry = { createRevision: 1, modRevision: 1, version: 1 };
    const world = fakeWorld(() => ok({ found: true, value: '/wA=', ...entry }));
    const { environment } = world;
    const client = new KvClient({ endpoints, environment, encoding: 'buffer' });
    const value: Uint8Array | undefined = await client.get(new Uint8Array([255]));
    expect(value).to.deep.equal(new Uint8Array([255, 0]));
    expect(world.exchange.sent[0]?.body).to.deep.equal({ key: '/w==' });
  });

  it('refuses to read bytes as text that are none', async () => {
    const entry = { createRevision: 1, modRevision: 1, version: 1 };
    const world = fakeWorld(() => ok({ found: true, value: '/wA=', ...entry }));
    const failure = await clientIn(world)
      .get('a')
      .catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(TypeError);
    expect(failure).to.have.property('message').that.includes("encoding: 'buffer'");
  });

  it('passes on what each write did', async () => {
    const client = clientIn(fakeWorld(obliging()));
    expect(await client.put('a', 'b')).to.deep.equal({ revision: 7 });
    expect(await client.append('a', 'b')).to.deep.equal({ revision: 7, length: 3 });
    expect(await client.delete('a')).to.deep.equal({ revision: 7, deleted: true });
  });

  it('gives a counter exactly, and adds 1 unless told', async () => {
    const world = fakeWorld(obliging());
    const client = clientIn(world);
    const reply = { revision: 7, value: 9007199254740993n };
    expect(await client.increment('a')).to.deep.equal(reply);
    await client.increment('a', -5);
    await client.increment('a', 2n ** 63n - 1n);
    const bodies = world.exchange.sentTo(paths.increment).map(({ body }) => body as { by: string });
    const added = bodies.map(({ by }) => by);
    expect(added).to.deep.equal(['1', '-5', '9223372036854775807']);
  });

  it('adds only whole numbers that are exact, of 64 bits', async () => {
    const world = fakeWorld(obliging());
    const client = clientIn(world);
    for (const by of [1.5, Number.NaN, 2 ** 53, 2n ** 63n, -(2n ** 63n) - 1n]) {
      const failure = await client.increment('a', by).catch((error: unknown) => error);
      expect(failure, String(by)).to.be.instanceOf(TypeError);
    }
    expect(world.exchange.sent).to.deep.equal([]);
  });

  it('refuses an empty key before anything is sent', async () => {
    const world = fakeWorld(obliging());
    const client = clientIn(world);
    const calls = [client.get(''), client.put('', 'v'), client.delete(new Uint8Array())];
    for (const call of calls) {
      expect(await failureOf(call)).to.include({ code: 'KV_BAD_REQUEST', outcome: 'not done' });
    }
    expect(world.exchange.sent).to.deep.equal([]);
  });

  it('numbers the writes of one session from 1', async () => {
    const world = fakeWorld(obliging());
    const client = clientIn(world);
    await client.put('a', 'b');
    await client.append('a', 'c');
    await client.delete('a');
    expect(world.exchange.sentTo(paths.openSession).map(({ body }) => body)).to.deep.equal([
      { client: 'tester' },
    ]);
    const writes = world.exchange.sent.filter(({ path }) => path !== paths.openSession);
    expect(writes.map(stampOf)).to.deep.equal([
      { id: 1, number: 1, firstOutstanding: 1 },
      { id: 1, number: 2, firstOutstanding: 2 },
      { id: 1, number: 3, firstOutstanding: 3 },
    ]);
  });

  it('reads without a session', async () => {
    const world = fakeWorld(obliging());
    await clientIn(world).get('a');
    expect(world.exchange.sent.map(({ path }) => path)).to.deep.equal([paths.get]);
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
    const sent = world.exchange.sentTo(paths.put);
    expect(sent.map(({ endpoint }) => endpoint)).to.deep.equal([first, second, third]);
    expect(sent.map((each) => stampOf(each).number)).to.deep.equal([1, 1, 1]);
  });

  it('lets one call find out for all that a server is dead', async () => {
    const answer = obliging();
    const world = fakeWorld((sent) =>
      sent.endpoint === first ? refuseConnection() : answer(sent),
    );
    const client = clientIn(world);
    await client.get('a');
    await client.get('b');
    expect(world.exchange.sent.map(({ endpoint }) => endpoint)).to.deep.equal([
      first,
      second,
      second,
    ]);
  });

  it('refuses a key over its limit before anything is sent', async () => {
    const world = fakeWorld(obliging());
    const failure = await failureOf(clientIn(world).put('k'.repeat(1025), ''));
    expect(failure).to.include({ code: 'KV_TOO_LARGE', outcome: 'not done' });
    expect(world.exchange.sent).to.deep.equal([]);
  });

  it('ends a call with KV_ABORTED, not done, when its signal fired before', async () => {
    const world = fakeWorld(obliging());
    const failure = await failureOf(
      clientIn(world).put('a', 'b', { signal: AbortSignal.abort('enough') }),
    );
    expect(failure).to.include({ code: 'KV_ABORTED', outcome: 'not done', cause: 'enough' });
    expect(world.exchange.sent).to.deep.equal([]);
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
    expect(world.exchange.sentTo(paths.put)[0]?.signal.aborted).to.equal(true);
    expect(world.clock.timerCount).to.equal(0);
  });

  it('gives each call its own deadline where it asks for one', async () => {
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

  it('asks one server for its status once', async () => {
    const world = fakeWorld(refuseConnection);
    const failure = await failureOf(clientIn(world).status('two:2'));
    expect(failure).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done' });
    expect(world.exchange.sent.map(({ endpoint }) => endpoint)).to.deep.equal([second]);
  });

  it('lists the status of every server, errors beside answers', async () => {
    const world = fakeWorld(({ endpoint }) =>
      endpoint === second ? refusal('KV_UNAVAILABLE') : ok(statusOf(endpoint)),
    );
    const rows = await clientIn(world).statuses();
    expect(rows.map(({ endpoint }) => endpoint)).to.deep.equal(endpoints);
    expect(rows.map(({ status }) => status?.cluster)).to.deep.equal([first, undefined, third]);
    expect(rows[1]?.error?.code).to.equal('KV_UNAVAILABLE');
  });

  it('takes no call after close, and closes once those under way have ended', async () => {
    const world = fakeWorld(hang);
    const client = clientIn(world, { timeoutMs: 100 });
    const get = failureOf(client.get('a'));
    const closed = client.close();
    await world.clock.settle();
    expect(world.exchange.isClosed).to.equal(false);
    expect(await failureOf(client.get('b'))).to.include({ code: 'KV_CLOSED', outcome: 'not done' });
    await world.clock.finish(closed);
    expect((await get).code).to.equal('KV_TIMEOUT');
    expect(world.exchange.isClosed).to.equal(true);
    expect(client.close()).to.equal(closed);
  });

  it('closes at the end of its scope', async () => {
    const world = fakeWorld(obliging());
    await clientIn(world)[Symbol.asyncDispose]();
    expect(world.exchange.isClosed).to.equal(true);
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
