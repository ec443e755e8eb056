/** Locks and leases of processes that are killed, stopped for a while, or lose their leader. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { clusterPerTest } from './cluster-per-test.ts';

const ttlMs = 2000;
/** The leader looks ten times a second, and the machine may be busy. */
const slackMs = 8000;

/** A process that takes a lock: see lock-holder.ts. */
class Holder {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;

  constructor(name: string, endpoints: readonly string[]) {
    const script = fileURLToPath(new URL('./lock-holder.js', import.meta.url));
    this.#child = spawn(process.execPath, [script, name, String(ttlMs), ...endpoints], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.lines.push(...text.split('\n').filter((line) => line !== ''));
    });
  }

  /** Resolves with the first line that begins with `text`. */
  async says(text: string): Promise<string> {
    for (;;) {
      const line = this.lines.find((each) => each.startsWith(text));
      if (line !== undefined) return line;
      await pause(10);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

describe('locks of processes', () => {
  const each = clusterPerTest();
  let holder: Holder | undefined;

  afterEach(() => holder?.end());

  it('are free after their time when their holder is killed, and not before', async () => {
    const { cluster } = each;
    holder = new Holder('a lock', cluster.endpoints);
    const fence = Number((await holder.says('holds')).split(' ')[1]);
    await holder.says('wrote');
    const waiting = cluster.client().lock('a lock', { ttlMs });
    await pause(ttlMs * 2);
    const killedMs = performance.now();
    await holder.end();
    const lock = await waiting;
    const tookMs = performance.now() - killedMs;
    console.log(`      free after ${tookMs.toFixed(0)} ms of ${ttlMs} ms`);
    // The last renewal was at most a third of the time to live ago.
    expect(tookMs).to.be.within(ttlMs / 2, ttlMs + slackMs);
    expect(lock.fence).to.be.above(fence);
  });

  it('are lost for a holder that is stopped for longer than their time, and it knows when it goes on', async () => {
    const { cluster } = each;
    holder = new Holder('a lock', cluster.endpoints);
    await holder.says('wrote');
    const client = cluster.client();
    const waiting = client.lock('a lock', { ttlMs });
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
