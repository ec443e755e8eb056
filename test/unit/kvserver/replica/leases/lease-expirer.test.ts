import { LeaseExpirer } from '@paxkv/kvserver/internal/replica/leases/lease-expirer';
import type { Lease } from '@paxkv/kvserver/internal/state-machine/leases/lease';
import { type ExpiringLease, Leases } from '@paxkv/kvserver/internal/state-machine/leases/leases';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

/** A replica with one lease of two seconds. */
class Under {
  readonly world = new World({ seed: 1 });
  readonly proposed: { readonly atMs: number; readonly expiring: readonly ExpiringLease[] }[] = [];
  machine = { leases: new Leases() };
  leader: number | undefined = 0;
  timerCount = 0;
  readonly lease: Lease;
  readonly expirer: LeaseExpirer;

  constructor() {
    this.lease = this.add();
    this.expirer = new LeaseExpirer({
      me: 0,
      clock: {
        now: () => this.world.now(),
        at: (atMs, callback) => {
          this.timerCount += 1;
          let isOver = false;
          const end = () => {
            if (!isOver) this.timerCount -= 1;
            isOver = true;
          };
          const cancel = this.world.clock.at(atMs, () => {
            end();
            callback();
          });
          return () => {
            end();
            cancel();
          };
        },
      },
      paxos: { leader: () => this.leader },
      writes: {
        expireLeases: (expiring) => this.proposed.push({ atMs: this.world.now(), expiring }),
      },
      applier: this,
    });
  }

  add(): Lease {
    const { leases } = this.machine;
    const lease = leases.make({ owner: 'here', ttlMs: 2000, isOfOneKey: false });
    leases.add(lease);
    return lease;
  }

  async run(task: () => Promise<void>): Promise<void> {
    await this.world.run(task);
    this.expirer.stop();
  }
}

describe('LeaseExpirer', () => {
  it('proposes to end a lease once its time has passed, and again until it has ended', async () => {
    const under = new Under();
    await under.run(async () => {
      under.expirer.restart();
      await under.world.sleep(1999);
      expect(under.proposed).to.deep.equal([]);
      await under.world.sleep(301);
      expect(under.proposed[0]?.expiring).to.deep.equal([{ id: under.lease.id, renewals: 0 }]);
      const count = under.proposed.length;
      await under.world.sleep(300);
      expect(under.proposed.length).to.be.above(count);
      under.machine.leases.end(under.lease);
      const after = under.proposed.length;
      await under.world.sleep(5000);
      expect(under.proposed).to.have.length(after);
    });
  });

  it('counts from each renewal and each grant that is applied', async () => {
    const under = new Under();
    await under.run(async () => {
      under.expirer.restart();
      const other = under.add();
      for (let count = 0; count < 10; count += 1) {
        await under.world.sleep(1000);
        under.machine.leases.renew(under.lease);
      }
      const [first, ...more] = under.proposed;
      expect(first?.expiring.map(({ id }) => id)).to.deep.equal([other.id]);
      for (const { expiring } of more) expect(expiring).to.have.length(1);
    });
  });

  it('proposes nothing while another server leads', async () => {
    const under = new Under();
    await under.run(async () => {
      under.leader = 1;
      under.expirer.restart();
      await under.world.sleep(10_000);
      under.leader = undefined;
      under.expirer.restart();
      await under.world.sleep(10_000);
      expect(under.proposed).to.deep.equal([]);
    });
  });

  it('proposes nothing any more when it has lost the lead', async () => {
    const under = new Under();
    await under.run(async () => {
      under.expirer.restart();
      await under.world.sleep(1500);
      under.leader = 1;
      under.expirer.restart();
      await under.world.sleep(5000);
      under.machine.leases.renew(under.lease);
      expect(under.proposed).to.deep.equal([]);
    });
  });

  it('grants every lease its whole time when it comes to lead, and when its state is replaced', async () => {
    const under = new Under();
    await under.run(async () => {
      under.expirer.restart();
      await under.world.sleep(1500);
      under.leader = 1;
      under.expirer.restart();
      under.leader = 0;
      under.expirer.restart();
      await under.world.sleep(1500);
      under.machine = { leases: new Leases([...under.machine.leases]) };
      under.expirer.restart();
      await under.world.sleep(1999);
      expect(under.proposed).to.deep.equal([]);
      await under.world.sleep(301);
      expect(under.proposed).to.not.deep.equal([]);
    });
  });

  it('looks every 100 ms while there are leases, and has no timer while there are none', async () => {
    const under = new Under();
    under.machine.leases.end(under.lease);
    await under.run(async () => {
      under.expirer.restart();
      expect(under.timerCount).to.equal(0);
      const lease = under.add();
      expect(under.timerCount).to.equal(1);
      under.add();
      under.machine.leases.renew(lease);
      expect(under.timerCount).to.equal(1);
      await under.world.sleep(2501);
      const times = under.proposed.map(({ atMs }) => atMs);
      expect(times).to.deep.equal([2100, 2200, 2300, 2400, 2500]);
      for (const each of [...under.machine.leases]) under.machine.leases.end(each);
      await under.world.sleep(100);
      expect(under.timerCount).to.equal(0);
    });
  });

  it('proposes what is due whenever it is told to look, if it leads', async () => {
    const under = new Under();
    await under.run(async () => {
      under.expirer.check();
      under.expirer.restart();
      under.expirer.check();
      await under.world.sleep(2150);
      expect(under.proposed).to.have.length(1);
      under.expirer.check();
      expect(under.proposed).to.have.length(2);
      under.leader = 1;
      under.expirer.restart();
      under.expirer.check();
      expect([under.proposed.length, under.timerCount]).to.deep.equal([2, 0]);
    });
  });

  it('learns nothing more of the leases of a state that was replaced', async () => {
    const under = new Under();
    await under.run(async () => {
      under.expirer.restart();
      const old = under.machine.leases;
      under.machine = { leases: new Leases() };
      under.expirer.restart();
      expect(under.timerCount).to.equal(0);
      old.renew(under.lease);
      old.add(old.make({ owner: 'here', ttlMs: 1000, isOfOneKey: false }));
      expect(under.timerCount).to.equal(0);
      under.expirer.stop();
      under.add();
      await under.world.sleep(5000);
      expect([under.proposed, under.timerCount]).to.deep.equal([[], 0]);
    });
  });
});
