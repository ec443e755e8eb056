/** Leases beside a model, over restarts at any moment. */
import type { LoggedRequest } from '@paxkv/kvserver/internal/state-machine/batch';
import type { Command, LeaseId, Reply } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';
import { append, put, remove, transaction } from '../fixtures.ts';
import { grant, LeaseLog, putLeased, putTtl, renew, revoke } from './lease-log.ts';

const keys = ['a', 'b', 'c', 'd'];
const key = fc.constantFrom(...keys);
const number = fc.nat({ max: 3 });

const step = fc.oneof(
  fc.record({ do: fc.constantFrom('grant', 'restart', 'flush') }),
  fc.record({ do: fc.constantFrom('renew', 'revoke'), number }),
  fc.record({ do: fc.constant('expire' as const), number, isLate: fc.boolean() }),
  fc.record({ do: fc.constant('putLeased' as const), key, number }),
  fc.record({ do: fc.constantFrom('put', 'putTtl', 'append', 'remove'), key }),
  fc.record({ do: fc.constant('both' as const), key, other: key, number }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface ModelLease {
  renewals: number;
  readonly isOfOneKey: boolean;
}

/** What there should be: the lease of each key, and how often each lease was renewed. */
class Model {
  readonly leases = new Map<LeaseId, ModelLease>();
  /** The lease of each present key; `undefined` for a key without one. */
  readonly keys = new Map<string, LeaseId | undefined>();

  add(id: LeaseId, isOfOneKey: boolean): void {
    this.leases.set(id, { renewals: 0, isOfOneKey });
  }

  write(name: string, lease: LeaseId | undefined): void {
    const before = this.keys.get(name);
    this.keys.set(name, lease);
    this.#detached(before, lease);
  }

  remove(name: string): void {
    const before = this.keys.get(name);
    this.keys.delete(name);
    this.#detached(before, undefined);
  }

  end(id: LeaseId): void {
    this.leases.delete(id);
    for (const [name, lease] of this.keys) if (lease === id) this.keys.delete(name);
  }

  #detached(before: LeaseId | undefined, after: LeaseId | undefined): void {
    if (before === undefined || before === after) return;
    if (this.leases.get(before)?.isOfOneKey) this.leases.delete(before);
  }
}

class Run {
  readonly #log: LeaseLog;
  readonly #model = new Model();
  /** Every lease there ever was. */
  readonly #ids: LeaseId[] = ['q1Yk0nC8Rk2oZ4y9bXv3Tw'];

  constructor(log: LeaseLog) {
    this.#log = log;
  }

  async do(each: Step): Promise<void> {
    const id = this.#ids.at('number' in each ? -1 - (each.number % this.#ids.length) : 0) ?? '';
    switch (each.do) {
      case 'restart':
        return this.#log.restart();
      case 'flush':
        return this.#log.machine.flush();
      case 'grant':
        return this.#onMade(await this.#apply(grant()));
      case 'renew':
        return this.#renew(id, await this.#apply(renew(id)));
      case 'revoke':
        await this.#apply(revoke(id));
        return this.#model.end(id);
      case 'expire':
        return this.#expire(id, 'isLate' in each && each.isLate);
      default:
        return 'key' in each ? this.#write(each, id) : undefined;
    }
  }

  async expectSame(): Promise<void> {
    expect(this.#log.machine.leases.count).to.equal(this.#model.leases.size);
    for (const [id, { renewals }] of this.#model.leases) {
      const lease = this.#log.machine.leases.get(id);
      expect(lease?.renewals).to.equal(renewals);
      const names = keys.filter((name) => this.#model.keys.get(name) === id);
      expect([...(lease?.names ?? [])].sort()).to.deep.equal(names);
    }
    for (const name of keys) {
      const entry = await this.#log.entry(name);
      expect(entry !== undefined, name).to.equal(this.#model.keys.has(name));
      expect(entry?.lease, name).to.equal(this.#model.keys.get(name));
    }
  }

  async #apply(command: Command): Promise<Reply> {
    const [reply] = await this.#log.applyAll([{ command } as LoggedRequest]);
    return reply ?? expect.fail('no reply');
  }

  #onMade(reply: Reply): void {
    if (reply.type !== 'grantLease') expect.fail('no lease');
    this.#ids.push(reply.lease);
    this.#model.add(reply.lease, false);
  }

  #renew(id: LeaseId, reply: Reply): void {
    const lease = this.#model.leases.get(id);
    expect(reply.type).to.equal(lease === undefined ? 'refused' : 'renewLease');
    if (lease !== undefined) lease.renewals += 1;
  }

  async #expire(id: LeaseId, isLate: boolean): Promise<void> {
    const renewals = this.#model.leases.get(id)?.renewals ?? 0;
    if (isLate) await this.#apply(renew(id)).then((reply) => this.#renew(id, reply));
    await this.#log.expire({ id, renewals });
    if (!isLate) this.#model.end(id);
  }

  async #write(each: Extract<Step, { key: string }>, id: LeaseId): Promise<void> {
    const { key: name } = each;
    if (each.do === 'remove') {
      await this.#apply(remove(name));
      return this.#model.remove(name);
    }
    if (each.do === 'put' || each.do === 'append') {
      await this.#apply(each.do === 'put' ? put(name, 'v') : append(name, 'v'));
      const before = each.do === 'put' ? undefined : this.#model.keys.get(name);
      return this.#model.write(name, before);
    }
    if (each.do === 'putTtl') {
      const reply = await this.#apply(putTtl(name));
      if (reply.type !== 'putTtl') expect.fail('refused');
      this.#ids.push(reply.lease);
      this.#model.add(reply.lease, true);
      return this.#model.write(name, reply.lease);
    }
    const names = 'other' in each ? [name, each.other] : [name];
    const puts = names.map((one) => putLeased(one, id));
    const [first] = puts;
    const command = puts.length > 1 ? transaction({ then: puts }) : first;
    const reply = await this.#apply(command ?? expect.fail('nothing to do'));
    if (reply.type === 'refused') return;
    for (const one of names) this.#model.write(one, id);
  }
}

describe('Leases beside a model', () => {
  it('have the keys and renewals of the model, whenever the server restarts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), async (steps) => {
        const log = await LeaseLog.open();
        const run = new Run(log);
        for (const each of steps) {
          await run.do(each);
          await run.expectSame();
        }
        await log.restart();
        await run.expectSame();
      }),
      { numRuns: 20 },
    );
  });

  it('give every replica the same state, however often it restarts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), async (steps) => {
        const hashes: string[] = [];
        for (const isRestarted of [true, false]) {
          const log = await LeaseLog.open();
          const run = new Run(log);
          for (const each of steps) {
            const isSkipped = each.do === 'restart' && !isRestarted;
            if (!isSkipped) await run.do(each);
          }
          hashes.push(`${log.machine.stateHash} ${await log.machine.contentHash()}`);
        }
        expect(hashes[0]).to.equal(hashes[1]);
      }),
      { numRuns: 10 },
    );
  });
});
