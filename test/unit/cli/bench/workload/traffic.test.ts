import { expect } from 'chai';
import type { Distribution } from 'paxkv/internal/bench/workload/key-choice';
import { type Mix, ycsb } from 'paxkv/internal/bench/workload/mix';
import { type Target, Traffic } from 'paxkv/internal/bench/workload/traffic';

/** A store in memory that counts what it is asked. */
class CountingTarget implements Target {
  readonly entries = new Map<string, Buffer>();
  getCount = 0;
  putCount = 0;

  async get(key: string): Promise<boolean> {
    this.getCount += 1;
    return this.entries.has(key);
  }

  async put(key: string, value: Buffer): Promise<void> {
    this.putCount += 1;
    this.entries.set(key, value);
  }
}

function trafficOf(mix: Mix, distribution: Distribution = 'uniform'): Traffic {
  const sizes = { keyCount: 100, keyBytes: 16, valueBytes: 8 };
  return new Traffic({ mix, distribution, ...sizes, seed: 1 });
}

async function sendMany(traffic: Traffic, target: Target, count = 1000): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) await traffic.send(target);
}

describe('the traffic of a load', () => {
  it('keeps the shares of its mix', async () => {
    const target = new CountingTarget();
    await sendMany(trafficOf(ycsb.b.mix), target);
    expect(target.getCount + target.putCount).to.equal(1000);
    expect(target.putCount).to.be.within(30, 75);
  });

  it('writes existing keys by puts, and new ones by inserts', async () => {
    const puts = new CountingTarget();
    await sendMany(trafficOf({ put: 1 }), puts);
    expect(puts.entries.size).to.be.at.most(100);
    const inserts = new CountingTarget();
    await sendMany(trafficOf({ insert: 1 }), inserts);
    expect(inserts.entries.size).to.equal(1000);
  });

  it('reads, then writes the same key in an update', async () => {
    const target = new CountingTarget();
    const keys: string[] = [];
    const recording: Target = {
      get: (key) => {
        keys.push(key);
        return target.get(key);
      },
      put: (key, value) => {
        keys.push(key);
        return target.put(key, value);
      },
    };
    await trafficOf({ update: 1 }).send(recording);
    expect(keys).to.have.lengthOf(2);
    expect(keys[0]).to.equal(keys[1]);
    expect(target).to.include({ getCount: 1, putCount: 1 });
  });

  it('reads up to 100 neighbours that exist in a scan', async () => {
    const target = new CountingTarget();
    const traffic = trafficOf({ scan: 1 });
    for (let index = 0; index < 100; index += 1) await traffic.fill(target, index);
    await sendMany(traffic, target, 100);
    expect(target.getCount).to.be.within(101, 100 * 100);
    expect(traffic.absentCount).to.equal(0);
  });

  it('counts the keys that were not there, and fills them', async () => {
    const target = new CountingTarget();
    const traffic = trafficOf({ get: 1 });
    await sendMany(traffic, target, 50);
    expect(traffic.absentCount).to.equal(50);
    for (let index = 0; index < 100; index += 1) await traffic.fill(target, index);
    await sendMany(traffic, target, 50);
    expect(traffic.absentCount).to.equal(50);
  });
});
