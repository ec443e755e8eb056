/** A lease at the client: when it is renewed, and when it counts as lost. */
import { grant } from '@paxkv/client/internal/lease/grant';
import type { Lease } from '@paxkv/client/internal/lease/lease';
import { KvError, type KvErrorCode } from '@paxkv/protocol';
import { expect } from 'chai';
import { FakeClock } from '../fake-world.ts';

const id = 'q1Yk0nC8Rk2oZ4y9bXv3Tw';

/** A server that grants one lease, and answers what follows as a script says. */
class Under {
  readonly clock = new FakeClock();
  readonly sent: { readonly type: string; readonly atMs: number; readonly timeoutMs?: number }[] =
    [];
  /** What happens to the next requests. `undefined`: they are done. */
  script: (() => Promise<void>) | undefined;

  async granted(ttlMs = 3000): Promise<Lease> {
    const calls = {
      read: () => expect.fail('nothing is read'),
      write: async ({ type }: { type: string }, { timeoutMs }: { timeoutMs?: number } = {}) => {
        this.sent.push({ type, atMs: this.clock.now(), ...(timeoutMs && { timeoutMs }) });
        await this.script?.();
        return type === 'grantLease' ? { type, lease: id } : { type, ttlMs };
      },
    };
    const parts = { calls: calls as never, clock: this.clock, random: { next: () => 0 } };
    return this.clock.finish(grant(parts, { ttlMs }));
  }

  fails(code: KvErrorCode): void {
    this.script = () => Promise.reject(new KvError(code, 'told so'));
  }

  /** Every request takes so long. */
  takes(ms: number): void {
    this.script = () =>
      new Promise((resolve) => this.clock.at(this.clock.now() + ms, () => resolve()));
  }

  countOf(type: string): number {
    return this.sent.filter((each) => each.type === type).length;
  }
}

function codeOf({ reason }: AbortSignal): unknown {
  return reason instanceof KvError ? reason.code : reason;
}

describe('A lease', () => {
  let under: Under;

  beforeEach(() => {
    under = new Under();
  });

  it('is renewed each third of its time, for as long as the client lives', async () => {
    const lease = await under.granted();
    await under.clock.runUntil(30_500);
    expect(lease.lost.aborted).to.equal(false);
    const times = under.sent.map(({ atMs }) => atMs);
    expect(times.slice(0, 4)).to.deep.equal([0, 1000, 2000, 3000]);
    expect(under.countOf('renewLease')).to.equal(30);
  });

  it('is lost before its time has passed since the last renewal that succeeded was sent', async () => {
    const lease = await under.granted();
    await under.clock.runUntil(2500);
    under.fails('KV_TIMEOUT');
    await under.clock.runUntil(4800);
    expect(lease.lost.aborted).to.equal(false);
    await under.clock.runUntil(5000);
    expect(lease.lost.aborted).to.equal(true);
    expect(codeOf(lease.lost)).to.equal('KV_LEASE_LOST');
    const count = under.sent.length;
    await under.clock.runUntil(20_000);
    expect(under.sent).to.have.length(count);
  });

  it('counts from when a request was sent, and not from when its reply came', async () => {
    under.takes(900);
    const lease = await under.granted();
    expect(under.clock.now()).to.equal(900);
    under.fails('KV_TIMEOUT');
    await under.clock.runUntil(2900);
    expect(lease.lost.aborted).to.equal(true);
  });

  it('is renewed again soon after a renewal that failed', async () => {
    const lease = await under.granted();
    await under.clock.runUntil(500);
    under.fails('KV_INTERRUPTED');
    await under.clock.runUntil(2000);
    under.script = undefined;
    await under.clock.runUntil(10_000);
    expect(lease.lost.aborted).to.equal(false);
    expect(under.countOf('renewLease')).to.be.above(12);
  });

  it('gives a renewal the time that is left', async () => {
    await under.granted();
    await under.clock.runUntil(1000);
    expect(under.sent.at(-1)).to.include({ type: 'renewLease', timeoutMs: 1850 });
  });

  it('is lost at once when there is no such lease any more', async () => {
    const lease = await under.granted();
    under.fails('KV_NO_SUCH_LEASE');
    await under.clock.runUntil(1000);
    expect(codeOf(lease.lost)).to.equal('KV_LEASE_LOST');
  });

  it('is lost when its time has passed, even if no timer could fire', async () => {
    const lease = await under.granted();
    under.clock.now = () => 2900;
    expect(lease.lost.aborted).to.equal(true);
  });

  it('is over once it was revoked, and is revoked if it is over already', async () => {
    const lease = await under.granted();
    await lease.revoke();
    expect(under.sent.at(-1)?.type).to.equal('revokeLease');
    expect(lease.lost.aborted).to.equal(true);
    await under.clock.runUntil(9000);
    expect(under.countOf('renewLease')).to.equal(0);
    under.fails('KV_NO_SUCH_LEASE');
    await lease.revoke();
  });

  it('says when it could not be revoked, but not at the end of its block', async () => {
    const lease = await under.granted();
    under.fails('KV_TIMEOUT');
    const error = await lease.revoke().catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_TIMEOUT' });
    await lease[Symbol.asyncDispose]();
  });

  it('has a time from one second to a day', async () => {
    for (const ttlMs of [999, 86_400_001, 1000.5, Number.NaN, '5000' as never]) {
      const error = await under.granted(ttlMs).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(TypeError);
    }
    expect(under.sent).to.deep.equal([]);
  });
});
