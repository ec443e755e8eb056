/**
 * Three server processes as a user sees them, while one, two or all of them are killed, stopped or paused.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { KvError } from '@paxkv/client';
import { expect } from 'chai';
import { Appenders } from './appenders.ts';
import { clusterPerSuite } from './cluster-per-suite.ts';
import { runCommand } from './command.ts';

describe('a cluster of three processes', () => {
  const each = clusterPerSuite();

  it('answers the SDK, plain HTTP and the command alike', async () => {
    const { cluster } = each;
    await cluster.client().put('greeting', 'hello');
    const url = `http://${cluster.addresses[1]}/v1/kv/greeting`;
    await fetch(url, { method: 'POST', body: ', ' });
    const appended = await runCommand(cluster.addresses, ['append', 'greeting', 'world']);
    expect(appended.code, appended.stderr).to.equal(0);

    expect(await cluster.client({ nodes: [2] }).get('greeting')).to.equal('hello, world');
    const raw = await fetch(`${url}?raw`);
    expect(await raw.text()).to.equal('hello, world');
    const got = await runCommand(cluster.addresses, ['get', 'greeting']);
    expect(got).to.deep.equal({ code: 0, stdout: 'hello, world', stderr: '' });
  }).timeout(20_000);

  it('continues to read and write while any one of them is killed and restarted', async () => {
    const { cluster } = each;
    const client = cluster.client();
    let value = '';
    for (const node of cluster.nodes) {
      await cluster.kill(node);
      await client.append('survivor', `${node}`);
      value += node;
      expect(await client.get('survivor')).to.equal(value);
      await cluster.restart(node);
      expect(await cluster.client({ nodes: [node] }).get('survivor')).to.equal(value);
    }
  }).timeout(30_000);

  it('serves nothing from one of three, reports it in time, and loses nothing', async () => {
    const { cluster } = each;
    await cluster.client().put('colour', 'red');
    await cluster.kill(1, 2);
    const lonely = cluster.client({ timeoutMs: 1500 });

    for (const call of [lonely.get('colour'), lonely.put('colour', 'blue')]) {
      const begunMs = performance.now();
      expect(await failureOf(call)).to.be.oneOf(['unknown', 'not done']);
      expect(performance.now() - begunMs).to.be.below(3000);
    }
    const response = await fetch(`http://${cluster.addresses[0]}/v1/kv/colour`);
    expect(response.status).to.be.oneOf([503, 504]);
    expect(await response.json())
      .to.have.nested.property('error.outcome')
      .not.equal('done');

    await cluster.restart(1, 2);
    expect(await cluster.client().get('colour')).to.be.oneOf(['red', 'blue']);
    await cluster.client().put('colour', 'green');
    for (const node of cluster.nodes) {
      expect(await cluster.client({ nodes: [node] }).get('colour')).to.equal('green');
    }
  }).timeout(40_000);

  it('persists, and does not answer while all are down (lab D1)', async () => {
    const { cluster } = each;
    const client = cluster.client();
    await client.append('k', 'x');
    await client.append('k', 'y');
    expect(await client.get('k')).to.equal('xy');
    await cluster.kill(...cluster.nodes);
    expect(await failureOf(cluster.client({ timeoutMs: 1000 }).get('k'))).to.equal('not done');
    await cluster.restart(...cluster.nodes);
    await client.append('k', 'z');
    expect(await client.get('k')).to.equal('xyz');
  }).timeout(30_000);

  it('keeps each acknowledged append, once and in order, when all are killed under load', async () => {
    const { cluster } = each;
    const steady = new Appenders(
      'steady',
      Array.from({ length: 8 }, () => cluster.client()),
    );
    const hasty = new Appenders(
      'hasty',
      Array.from({ length: 8 }, () => cluster.client({ timeoutMs: 400 })),
      // On a slow machine 400 ms may be too short even before the kill.
      { retriesNotDone: true },
    );
    for (let round = 0; round < 2; round += 1) {
      await steady.progress.advanced(200);
      await cluster.kill(...cluster.nodes);
      await cluster.restart(...cluster.nodes);
    }
    await steady.progress.advanced(50);
    await Promise.all([steady.stop(), hasty.stop()]);

    expect(steady.gaveUp).to.deep.equal([]);
    expect(hasty.gaveUp, 'the kill came too late to be seen').to.include('unknown');
    for (const node of cluster.nodes) {
      const client = cluster.client({ nodes: [node] });
      steady.check(await client.get('steady'));
      hasty.check(await client.get('hasty'));
    }
  }).timeout(60_000);

  it('continues while one is paused, which catches up afterwards', async () => {
    const { cluster } = each;
    const clients = Array.from({ length: 8 }, () => cluster.client({ nodes: [0, 1] }));
    const appenders = new Appenders('of two', clients);
    await appenders.progress.advanced(50);
    cluster.pause(2);
    const before = appenders.progress.count;
    await pause(2000);
    const during = appenders.progress.count - before;
    cluster.resume(2);
    await appenders.stop();
    expect(during).to.be.above(100);
    expect(appenders.gaveUp).to.deep.equal([]);
    await cluster.applied(2, (await cluster.status(0)).applied);
    appenders.check(await cluster.client({ nodes: [2] }).get('of two'));
  }).timeout(30_000);

  it('ends within five seconds of a SIGTERM, with code 0, under load', async () => {
    const { cluster } = each;
    const appenders = new Appenders('list', [cluster.client(), cluster.client()]);
    await appenders.progress.advanced(20);
    for (const node of cluster.nodes) {
      const begunMs = performance.now();
      expect(await cluster.stop(node)).to.deep.equal({ code: 0, signal: null });
      expect(performance.now() - begunMs).to.be.below(5000);
      await cluster.restart(node);
      await appenders.progress.advanced(20);
    }
    await appenders.stop();
    expect(appenders.gaveUp).to.deep.equal([]);
    appenders.check(await cluster.client().get('list'));
  }).timeout(40_000);

  it('brings a restarted server to the same content over thousands of instances', async () => {
    const { cluster } = each;
    const keys = Array.from({ length: 16 }, (_, index) => `key ${index}`);
    await cluster.kill(2);
    const from = (await cluster.status(0)).applied;
    const clients = [cluster.client({ nodes: [0] }), cluster.client({ nodes: [1] })];
    const writers = keys.map(async (key, index) => {
      for (let round = 0; (await cluster.status(0)).applied < from + 2000; round += 1) {
        await clients[index % 2]?.append(key, `${round}.`);
      }
    });
    await Promise.all(writers);
    await cluster.restart(2);
    const contents = await Promise.all(
      cluster.nodes.map((node) => {
        const client = cluster.client({ nodes: [node] });
        return Promise.all(keys.map((key) => client.get(key)));
      }),
    );
    expect(contents[0]?.join('')).to.match(/^0\.1\./);
    expect(contents[1]).to.deep.equal(contents[0]);
    expect(contents[2]).to.deep.equal(contents[0]);
  }).timeout(60_000);
});

/** The error of a call that must fail. */
async function failureOf(call: Promise<unknown>): Promise<string> {
  const result = await call.catch((error: unknown) => error);
  if (result instanceof KvError) return result.outcome;
  throw new Error('the call did not fail as it should', { cause: result });
}
