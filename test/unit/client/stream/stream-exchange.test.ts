import { expect } from 'chai';
import { failureOf } from '../fake-world.ts';
import { obliging, StreamWorld } from './fake-servers.ts';

const commandsOf = (asked: readonly { request: { command: { type: string } } }[]) =>
  asked.map(({ request }) => request.command.type);

describe('StreamExchange', () => {
  it('dials no server before the first call, and one server for that', async () => {
    const { client, clock, servers } = new StreamWorld();
    await clock.settle();
    expect(servers.map(({ connections }) => connections.length)).to.deep.equal([0, 0, 0]);
    expect(await clock.finish(client.get('a'))).to.equal(undefined);
    expect(servers.map(({ connections }) => connections.length)).to.deep.equal([1, 0, 0]);
  });

  it('sends the requests of one tick as one frame', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    const [connection] = world.servers[0].connections;
    const before = connection?.frameCount ?? 0;
    const puts = Array.from({ length: 50 }, (_, number) => world.client.put(`k${number}`, 'v'));
    await world.clock.finish(Promise.all(puts));
    expect(world.servers[0].asked).to.have.length(50);
    expect(connection?.frameCount).to.equal(before + 1);
  });

  it('sends writes to the leader, and follows it', async () => {
    const world = new StreamWorld();
    await world.warmUp(2);
    await world.clock.finish(world.client.put('a', '1'));
    expect(commandsOf(world.servers[2].asked)).to.deep.equal(['put']);
    world.servers[2].announce(['leader', 1]);
    await world.clock.settle();
    await world.clock.finish(world.client.put('a', '2'));
    expect(commandsOf(world.servers[1].asked)).to.deep.equal(['put']);
  });

  it('keeps the leader when a server that never named it knows none', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    world.servers[1].announce(['leader', null]);
    await world.clock.settle();
    await world.clock.finish(world.client.put('a', '1'));
    expect(commandsOf(world.servers[0].asked)).to.deep.equal(['put']);
  });

  it('writes to another server if the named leader is unknown', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    world.servers[0].announce(['leader', 77]);
    await world.clock.settle();
    expect(await world.clock.finish(world.client.put('a', '1'))).to.deep.equal({ revision: 1 });
  });

  it('spreads reads over all servers, a few of one tick to one', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    for (let tick = 0; tick < 6; tick += 1) {
      await world.clock.finish(Promise.all(Array.from({ length: 4 }, () => world.client.get('a'))));
    }
    expect(world.servers.map(({ asked }) => asked.length)).to.deep.equal([8, 8, 8]);
  });

  it('shares many reads of one tick among all servers, in one frame to each', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    const frameCounts = () =>
      world.servers.map(({ connections }) => connections[0]?.frameCount ?? 0);
    const before = frameCounts();
    await world.clock.finish(Promise.all(Array.from({ length: 88 }, () => world.client.get('a'))));
    const counts = world.servers.map(({ asked }) => asked.length);
    expect(counts.toSorted()).to.deep.equal([22, 22, 44]);
    expect(frameCounts().map((count, server) => count - (before[server] ?? 0))).to.deep.equal([
      1, 1, 1,
    ]);
  });

  it('marks serializable reads', async () => {
    const world = new StreamWorld();
    await world.clock.finish(world.client.get('a', { consistency: 'serializable' }));
    await world.clock.finish(world.client.get('a'));
    const asked = world.servers.flatMap((server) => server.asked);
    expect(asked.map(({ isSerializable }) => isSerializable)).to.deep.equal([true, false]);
  });

  it('retries requests in flight at another server at once when a connection breaks', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    world.servers[0].script = () => undefined;
    const puts = Promise.all(['1', '2', '3'].map((value) => world.client.put('a', value)));
    await world.clock.settle();
    const time = world.clock.now();
    world.servers[0].die();
    await world.clock.finish(puts);
    expect(world.clock.now()).to.equal(time);
    const stamps = (server: number) =>
      world.servers[server]?.asked.map(({ request }) => request.stamp?.number);
    expect(stamps(1)).to.deep.equal(stamps(0));
  });

  it('retries at another server within 600 ms if a server hangs', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    await world.clock.runUntil(10_000);
    world.servers[0].isFrozen = true;
    await world.clock.finish(world.client.put('a', '1'));
    expect(world.clock.now()).to.be.within(10_400, 10_600);
    expect(world.servers[0].asked.some(({ isSerializable }) => isSerializable)).to.equal(true);
  });

  it('waits for a server that is slow but alive', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    world.servers[0].script = (asked) => {
      if (asked.request.command.type !== 'put') return obliging(asked);
      world.clock.at(world.clock.now() + 1_500, () => asked.connection.reply(asked.id, [1, 9]));
      return undefined;
    };
    const put = world.client.put('a', '1');
    expect(await world.clock.finish(put)).to.deep.equal({ revision: 9 });
    expect(world.servers[1].asked).to.deep.equal([]);
  });

  it('moves to another server without an error when a server says goodbye', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    world.servers[0].script = () => undefined;
    const before = world.client.put('a', '1');
    await world.clock.settle();
    world.servers[0].announce(['goodbye']);
    await world.clock.settle();
    await world.clock.finish(world.client.put('a', '2'));
    expect(world.servers[0].asked).to.have.length(1);
    const [asked] = world.servers[0].asked;
    asked?.connection.reply(asked.id, [1, 5]);
    expect(await world.clock.finish(before)).to.deep.equal({ revision: 5 });
    expect(asked?.connection.isGone).to.equal(true);
  });

  it('does not send a request that was aborted in the same tick', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    const controller = new AbortController();
    const unwanted = failureOf(world.client.put('a', '1', { signal: controller.signal }));
    const wanted = world.client.put('a', '2');
    controller.abort();
    await world.clock.finish(wanted);
    expect(await unwanted).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
    expect(world.servers[0].asked.map(({ request }) => request.stamp?.number)).to.deep.equal([3]);
  });

  it('does not keep the program running while no reply is awaited', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    await world.clock.runUntil(1_000);
    const idle = () =>
      world.servers.map(({ connections }) => connections.every(({ isIdle }) => isIdle));
    expect(idle()).to.deep.equal([true, true, true]);
    expect(world.clock.timerCount).to.equal(0);
    world.servers[0].script = () => undefined;
    const put = world.client.put('a', '1');
    await world.clock.settle();
    expect(idle()).to.deep.equal([false, true, true]);
    await world.clock.finish(put);
  });

  it('says that nothing was done if no server is there, and names them all', async () => {
    const world = new StreamWorld(obliging, { timeoutMs: 500 });
    for (const server of world.servers) server.onDial = 'refuse connection';
    const failure = await world.clock.finish(failureOf(world.client.put('a', '1')));
    expect(failure).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done' });
    for (const endpoint of world.endpoints) {
      expect(failure.message).to.include(`${endpoint}: connection refused`);
    }
  });

  it('is sure that nothing was sent if servers accept connections and stay silent', async () => {
    const world = new StreamWorld(obliging, { timeoutMs: 500 });
    for (const server of world.servers) server.onDial = 'hang';
    const failure = await world.clock.finish(failureOf(world.client.get('a')));
    expect(failure).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done' });
  });

  it('limits how often it dials', async () => {
    const random = { next: () => 0.5 };
    const world = new StreamWorld(obliging, { timeoutMs: 60_000, random });
    for (const server of world.servers) server.onDial = 'refuse connection';
    const calls = Array.from({ length: 20 }, () => failureOf(world.client.get('a')));
    await world.clock.finish(Promise.all(calls));
    for (const { connections } of world.servers) {
      expect(connections.length).to.be.within(20, 120);
    }
  });

  it('asks over HTTP if a server accepts no streams', async () => {
    const world = new StreamWorld();
    for (const server of world.servers) server.onDial = 'refuse stream';
    await world.clock.finish(world.client.get('a'));
    await world.clock.finish(world.client.get('b'));
    expect(world.httpRequests).to.deep.equal(['get http://a:1', 'get http://a:1']);
  });

  it('asks for a status over HTTP', async () => {
    const world = new StreamWorld();
    await failureOf(world.client.status('http://b:2'));
    expect(world.httpRequests).to.deep.equal(['status http://b:2']);
  });
});
