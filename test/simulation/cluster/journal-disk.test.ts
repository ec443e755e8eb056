import type { Write } from '@paxkv/paxos';
import { Gate, World } from '@paxkv/simulator';
import { expect } from 'chai';
import { JournalDisk } from './journal-disk.ts';

type Fates = { kept: number; lost: number };

const pace = { delayMsMin: 0.1, delayMsMax: 2, slowChance: 0, slowMsMax: 0 };

function promised(round: number): Write<Uint8Array>[] {
  return [{ type: 'promised', seq: round, ballot: { round, peer: 0 } }];
}

describe('JournalDisk', () => {
  let world: World;
  let disk: JournalDisk;
  let fates: Fates;

  beforeEach(() => {
    world = new World({ seed: 1 });
    fates = { kept: 0, lost: 0 };
    const watch = (fate: 'kept' | 'lost') => {
      fates[fate] += 1;
    };
    disk = new JournalDisk(world, {
      random: world.random('disk'),
      segmentBytes: 1_024,
      pace,
      watch,
    });
  });

  it('has every acknowledged write after crashes in the middle of any write', () =>
    world.run(async () => {
      let acknowledged = 0;
      for (let boot = 0; boot < 60; boot += 1) {
        const { gate, storage } = await boots();
        const { writes } = await storage.load();
        const rounds = [...writes].map((write) => (write.type === 'promised' ? write.seq : -1));
        for (let round = 1; round <= acknowledged; round += 1) expect(rounds).to.include(round);
        for (let count = 0; count < 3; count += 1) {
          acknowledged += 1;
          await storage.write(promised(acknowledged));
        }
        storage.write(promised(acknowledged + 1)).catch(() => {});
        await world.sleep(boot % 5);
        ends(gate, boot % 2 === 0);
        await world.sleep(10);
      }
      expect(fates.lost).to.be.above(5);
      expect(fates.kept).to.be.above(180);
    }));

  it('reports damage of any kind, or has everything all the same', async () => {
    const outcomes = new Set<string>();
    for (const harm of ['flipped bit', 'lost file', 'old copy'] as const) {
      for (let seed = 0; seed < 20; seed += 1) {
        await world.run(async () => {
          const { gate, storage } = await boots();
          const before = (await storage.load()).writeIndex;
          for (let round = 1; round <= 30; round += 1)
            await storage.write(promised(before + round));
          ends(gate, true);
          disk.damage({ harm });
          const outcome = await boots().catch((error: { code: string }) => error.code);
          outcomes.add(typeof outcome === 'string' ? `${harm}: ${outcome}` : `${harm}: none`);
          if (typeof outcome === 'string') disk.wipe('lost');
          else ends(outcome.gate, true);
        });
      }
    }
    expect([...outcomes]).to.include.members([
      'flipped bit: DISK_JOURNAL_DAMAGED',
      'lost file: DISK_JOURNAL_DAMAGED',
      'old copy: DISK_JOURNAL_DAMAGED',
    ]);
  });

  it('makes no file while it is full, and ends no write while it hangs', () =>
    world.run(async () => {
      const { storage } = await boots();
      await storage.write(promised(1));
      disk.hang(true);
      let hasEnded = false;
      const written = storage.write(promised(2)).then(() => {
        hasEnded = true;
      });
      await world.sleep(10_000);
      expect(hasEnded).to.equal(false);
      disk.hang(false);
      await written;
      disk.fill(new Error('no space'));
      let failure: unknown;
      for (let round = 3; round < 100 && failure === undefined; round += 1)
        await storage.write(promised(round)).catch((error: unknown) => {
          failure = error;
        });
      expect(failure).to.have.property('code', 'DISK_FAILED');
    }));

  async function boots() {
    const gate = new Gate(world.clock);
    return { gate, ...(await disk.open(gate, world.clock)) };
  }

  function ends(gate: Gate, isPowerLost: boolean): void {
    gate.remove();
    disk.crash(0.4, isPowerLost);
  }
});
