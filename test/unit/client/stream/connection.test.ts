import { expect } from 'chai';
import { type Asked, obliging, type Row, StreamWorld } from './fake-servers.ts';

const mebibyte = 1024 * 1024;

describe('Connection', () => {
  it('sends nothing while the connection still buffers much', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    const [connection] = world.servers[0].connections;
    if (connection === undefined) throw new Error('there is no connection');
    connection.bufferedBytes = 3 * mebibyte;
    const put = world.client.put('a', '1');
    await world.clock.runUntil(world.clock.now() + 200);
    expect(world.servers[0].asked).to.deep.equal([]);
    connection.bufferedBytes = 0;
    expect(await world.clock.finish(put)).to.deep.equal({ revision: 1 });
    expect(world.servers[0].asked).to.have.length(1);
  });

  it('has no more requests in flight than a server takes, and sends the rest as replies come', async () => {
    const held: Asked[] = [];
    const hold = (asked: Asked): Row | undefined => {
      if (held.length >= 3 * 4_000) return obliging(asked);
      held.push(asked);
      return undefined;
    };
    const world = new StreamWorld();
    await world.warmUp(0);
    const get = (number: number) => world.client.get(`k${number}`);
    // One reply of each server shows that values are small.
    await world.clock.finish(Promise.all(Array.from({ length: 66 }, (_, number) => get(number))));
    for (const server of world.servers) server.asked.length = 0;
    for (const server of world.servers) server.script = hold;
    const gets = Array.from({ length: 15_000 }, (_, number) => get(number));
    await world.clock.settle();
    const asked = () => world.servers.map((server) => server.asked.length);
    expect(asked()).to.deep.equal([4_000, 4_000, 4_000]);
    for (const { connection, id } of held) connection.reply(id, [0]);
    await world.clock.finish(Promise.all(gets));
    expect(asked().reduce((sum, count) => sum + count)).to.equal(15_000);
  });

  it('has no more bytes in flight than a server reads ahead, and sends the rest as replies come', async () => {
    const held: Asked[] = [];
    const world = new StreamWorld();
    await world.warmUp(0);
    for (const server of world.servers) {
      server.script = (asked) => {
        if (asked.isSerializable) return obliging(asked);
        held.push(asked);
        return undefined;
      };
    }
    const value = new Uint8Array(mebibyte);
    const puts = Array.from({ length: 10 }, (_, number) => world.client.put(`k${number}`, value));
    await world.clock.settle();
    expect(held).to.have.length(4);
    // The last ones leave after more time than one server may take; no other server is asked nevertheless.
    for (let count = 0; count < 10; count += 1) {
      await world.clock.runUntil(world.clock.now() + 450);
      const [oldest] = held.splice(0, 1);
      oldest?.connection.reply(oldest.id, [1, count]);
    }
    await world.clock.finish(Promise.all(puts));
    const puttings = world.servers.map(({ asked }) =>
      asked.filter(({ isSerializable }) => !isSerializable),
    );
    expect(puttings.flat()).to.have.length(10);
  });

  it('limits the bytes of a frame, unless a single value is larger', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    const [connection] = world.servers[0].connections;
    const before = connection?.frameCount ?? 0;
    const sizes = [mebibyte, 300_000, 300_000, 300_000, 10, 10];
    const value = (size: number) => new Uint8Array(size);
    await world.clock.finish(
      Promise.all(sizes.map((size, number) => world.client.put(`k${number}`, value(size)))),
    );
    expect((connection?.frameCount ?? 0) - before).to.equal(4);
  });

  it('forgets requests whose callers gave up', async () => {
    const isSign = (asked: Asked) => (asked.isSerializable ? obliging(asked) : undefined);
    const world = new StreamWorld();
    await world.warmUp(0);
    world.servers[0].script = isSign;
    const controller = new AbortController();
    const { signal } = controller;
    const puts = Array.from({ length: 1_000 }, () => world.client.put('a', '1', { signal }));
    const ends = Promise.allSettled(puts);
    await world.clock.settle();
    controller.abort();
    await ends;
    await world.clock.runUntil(world.clock.now() + 300);
    expect(world.servers[0].connections[0]?.isIdle).to.equal(true);
  });

  describe('to a server of another cluster', () => {
    const [ours, theirs] = [1, 2].map((fill) => Buffer.alloc(16, fill).toString('base64url'));

    async function worldOf(...incarnations: (string | undefined)[]): Promise<StreamWorld> {
      const world = new StreamWorld();
      for (const [node, incarnation] of incarnations.entries()) {
        const server = world.servers[node];
        if (server !== undefined) server.incarnation = incarnation;
      }
      return world;
    }

    const failureOf = (world: StreamWorld, work: Promise<unknown>) =>
      world.clock.finish(work.catch((error: unknown) => error));

    it('sends nothing, and fails every call of the client from then on', async () => {
      const world = await worldOf(ours, theirs, ours);
      const first = await failureOf(world, world.client.put('a', '1'));
      await world.clock.settle();
      const asked = world.servers.map((server) => server.asked.length);
      const later = await failureOf(world, world.client.put('a', '2'));
      expect(later).to.include({ code: 'KV_WRONG_CLUSTER', outcome: 'not done' });
      expect(String(later)).to.include('b:2');
      expect(await failureOf(world, world.client.get('a'))).to.include({
        code: 'KV_WRONG_CLUSTER',
      });
      expect(first).not.to.equal(undefined);
      expect(asked[1]).to.equal(0);
      expect(world.servers.map((server) => server.asked.length)).to.deep.equal(asked);
    });

    it('asks another server while one does not know its cluster yet', async () => {
      const world = await worldOf(ours, undefined, ours);
      await world.warmUp(0);
      for (let count = 0; count < 6; count += 1) {
        await world.clock.finish(world.client.get(`k${count}`));
      }
      expect(world.servers[1].asked).to.deep.equal([]);
    });

    it('leaves a write unknown that was in flight when the server named another one', async () => {
      const world = await worldOf(ours, undefined, undefined);
      await world.warmUp(0);
      world.servers[0].script = () => undefined;
      const put = world.client.put('a', '1', { timeoutMs: 500 });
      await world.clock.settle();
      world.servers[0].announce(['incarnation', theirs ?? '']);
      const error = await failureOf(world, put);
      expect(error).to.include({ code: 'KV_WRONG_CLUSTER', outcome: 'unknown' });
    });
  });
});
