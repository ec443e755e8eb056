import { expect } from 'chai';
import { obliging, StreamWorld } from './fake-servers.ts';

describe('Link', () => {
  it('avoids a server for a while after a failure, and uses it again after that', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    world.servers[1].script = () => [-1, 'KV_UNAVAILABLE', 'not done', 'not now'];
    const readFor = async (ms: number) => {
      const untilMs = world.clock.now() + ms;
      while (world.clock.now() < untilMs) {
        await world.clock.finish(world.client.get('a'));
        await world.clock.runUntil(world.clock.now() + 10);
      }
    };
    await readFor(400);
    expect(world.servers[1].asked).to.have.length(1);
    world.servers[1].script = obliging;
    await readFor(1_000);
    expect(world.servers[1].asked.length).to.be.above(10);
  });

  it('asks nevertheless if every server has failed recently', async () => {
    const world = new StreamWorld();
    await world.warmUp(0);
    for (const server of world.servers) {
      server.script = () => {
        server.script = obliging;
        return [-1, 'KV_OVERLOADED', 'not done', 'full'];
      };
    }
    const before = world.clock.now();
    await world.clock.finish(world.client.get('a'));
    expect(world.clock.now() - before).to.be.below(100);
  });
});
