/** Locks and leases of processes that are killed, stopped for a while, or lose their leader. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { clusterPerSuite } from './cluster-per-suite.ts';
import { ScriptProcess } from './script-process.ts';

const ttlMs = 2000;
/** The leader looks ten times a second, and the machine may be busy. */
const slackMs = 8000;

/** A process that takes a lock: see lock-holder.ts. */
function startHolder(name: string, endpoints: readonly string[]): ScriptProcess {
  const script = new URL('./lock-holder.js', import.meta.url);
  return new ScriptProcess(script, [name, String(ttlMs), ...endpoints]);
}

describe('locks of processes', () => {
  const each = clusterPerSuite();
  let holder: ScriptProcess | undefined;

  afterEach(() => holder?.kill());

  it('are free after their time when their holder is killed, and not before', async () => {
    const { cluster } = each;
    holder = startHolder('a lock', cluster.endpoints);
    const fence = Number((await holder.says('holds')).split(' ')[1]);
    await holder.says('wrote');
    const waiting = cluster.client().lock('a lock', { ttlMs });
    await pause(ttlMs * 2);
    const killedMs = performance.now();
    await holder.kill();
    const lock = await waiting;
    const tookMs = performance.now() - killedMs;
    console.log(`      free after ${tookMs.toFixed(0)} ms of ${ttlMs} ms`);
    // The last renewal was at most a third of the time to live ago.
    expect(tookMs).to.be.within(ttlMs / 2, ttlMs + slackMs);
    expect(lock.fence).to.be.above(fence);
  });

  it('are lost for a holder that is stopped for longer than their time, and it knows when it goes on', async () => {
    const { cluster } = each;
    holder = startHolder('another lock', cluster.endpoints);
    await holder.says('wrote');
    const client = cluster.client();
    const waiting = client.lock('another lock', { ttlMs });
    holder.signal('SIGSTOP');
    const lock = await waiting;
    await client.transact({
      if: [lock.held],
      then: [{ type: 'put', key: 'guarded', value: 'mine' }],
    });
    const wroteCount = holder.lines.filter((line) => line === 'wrote').length;
    holder.signal('SIGCONT');
    await holder.says('lost');
    // A write that was under way when it was stopped may have been done then, and its reply comes now.
    const wroteNow = holder.lines.filter((line) => line === 'wrote').length;
    expect(wroteNow - wroteCount).to.be.at.most(1);
    expect(await client.get('guarded')).to.equal('mine');
  });

  it('and leases do not end early when the leader is killed again and again', async function () {
    this.timeout(60_000);
    const { cluster } = each;
    const client = cluster.client();
    const lease = await client.lease({ ttlMs: 5000 });
    await client.put('here', 'still', { lease });
    for (let kill = 0; kill < 3; kill += 1) {
      const { leader } = await cluster.status(0);
      const killed = leader ?? 0;
      await cluster.kill(killed);
      await pause(1000);
      expect(await client.get('here')).to.equal('still');
      await cluster.restart(killed);
    }
    expect(lease.lost.aborted).to.equal(false);
    await lease.revoke();
    expect(await client.get('here')).to.equal(undefined);
  });

  it('and keys with a time vanish after it, also if every server was restarted', async () => {
    const { cluster } = each;
    const client = cluster.client();
    await client.put('short', 'v', { ttlMs });
    await client.put('long', 'v', { ttlMs: 600_000 });
    await cluster.kill(...cluster.nodes);
    await cluster.restart(...cluster.nodes);
    const deadlineMs = performance.now() + ttlMs + slackMs;
    while ((await client.get('short')) !== undefined && performance.now() < deadlineMs) {
      await pause(50);
    }
    expect(await client.getMany(['short', 'long'])).to.deep.equal([undefined, 'v']);
  });
});
