import { Applier, type ApplierOptions } from '@paxkv/kvserver/internal/replica/apply/applier';
import { writeIntervalMs } from '@paxkv/kvserver/internal/replica/apply/write-behind';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import {
  StateDatabase,
  type StateLevel,
} from '@paxkv/kvserver/internal/storage/state/state-database';
import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { applyNext, batchOf, memoryLevel, put } from '../../state-machine/fixtures.ts';
import { intercepted } from '../../state-machine/intercepted.ts';

const openMachine = (level: StateLevel = memoryLevel()) =>
  StateMachine.open(new StateDatabase(level));

/** An applier with an empty state; the test decides instances. */
class Subject {
  /** The reports of the applier, in order: instances applied, and how far it is done. */
  readonly reported: string[] = [];
  readonly applier: Applier;

  private constructor(world: World, machine: StateMachine, options: Partial<ApplierOptions>) {
    this.applier = new Applier(machine, {
      clock: world.clock,
      paxos: {
        done: (seq) => {
          expect(seq).to.be.at.most(this.applier.durable);
          this.reported.push(`done ${seq}`);
        },
      },
      ...options,
    });
  }

  static async open(
    world: World,
    options: Partial<ApplierOptions> = {},
    machine?: StateMachine,
  ): Promise<Subject> {
    const subject = await Subject.unstarted(world, options, machine);
    subject.start();
    subject.reported.length = 0;
    return subject;
  }

  static async unstarted(
    world: World,
    options: Partial<ApplierOptions> = {},
    machine?: StateMachine,
  ): Promise<Subject> {
    return new Subject(world, machine ?? (await openMachine()), options);
  }

  start(): void {
    this.applier.start({
      onApplied: (instances) => {
        this.reported.push(...instances.map(({ seq }) => `applied ${seq}`));
      },
      onWritten: () => {
        expect(this.reported.at(-1)).to.match(/^done/);
        this.reported.push('written');
      },
      onFailed: (error) => this.reported.push(`failed: ${error}`),
    });
  }

  /** What was reported, but for writes. */
  get applied(): string[] {
    return this.reported.filter((each) => /^(?:applied|failed)/.test(each));
  }

  decide(...seqs: number[]): void {
    for (const seq of seqs) this.applier.add({ seq, value: batchOf(put(`k${seq}`, 'v')) });
  }

  decideUpTo(seq: number): void {
    this.decide(
      ...Array.from({ length: seq + 1 - this.applier.next }, (_, i) => i + this.applier.next),
    );
  }
}

describe('Applier', () => {
  it(
    ...seeded(
      'reports what it applied at once, and is done with it once it is written',
      async (world) => {
        const subject = await Subject.open(world);
        subject.decide(0, 1, 3);
        await world.sleep(0);
        subject.decide(2);
        await world.sleep(2 * writeIntervalMs);
        expect(subject.applied).to.deep.equal(['applied 0', 'applied 1', 'applied 2', 'applied 3']);
        expect(subject.reported.slice(0, 2)).to.deep.equal(['applied 0', 'applied 1']);
        expect(subject.reported.slice(-2)).to.deep.equal(['done 3', 'written']);
      },
    ),
  );

  it(
    ...seeded('applies all decisions of one turn together', async (world) => {
      const subject = await Subject.open(world);
      subject.decide(0, 1);
      expect(subject.reported).to.deep.equal([]);
      await world.sleep(1);
      expect(subject.reported).to.include.members(['applied 0', 'applied 1']);
    }),
  );

  it(
    ...seeded(
      'applies nothing before it starts, and begins with how far it is done',
      async (world) => {
        const machine = await openMachine();
        for (const key of ['a', 'b']) await applyNext(machine, put(key, 'v'));
        const subject = await Subject.unstarted(world, {}, machine);
        subject.decide(1, 2);
        await world.sleep(100);
        expect(subject.reported).to.deep.equal([]);
        subject.start();
        expect(subject.reported).to.deep.equal(['done 1']);
        await world.sleep(1);
        expect(subject.applied).to.deep.equal(['applied 2']);
      },
    ),
  );

  it(
    ...seeded(
      'applies what comes during a short run without a pause for other work',
      async (world) => {
        const subject = await Subject.unstarted(world);
        const applied: number[] = [];
        subject.applier.start({
          onApplied: (instances) => {
            applied.push(...instances.map(({ seq }) => seq));
            if (applied.length < 5) subject.decide(applied.length);
          },
          onWritten: () => {},
          onFailed: (error) => expect.fail(String(error)),
        });
        subject.decide(0);
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
        expect(applied).to.deep.equal([0, 1, 2, 3, 4]);
      },
    ),
  );

  it(
    ...seeded('yields to other work while it catches up', async (world) => {
      const subject = await Subject.open(world);
      subject.decide(...Array.from({ length: 300 }, (_, seq) => seq));
      const seen = new Set<number>();
      while (subject.applier.machine.applied < 299) {
        seen.add(subject.applier.machine.applied);
        await world.sleep(0);
      }
      expect(seen.size).to.be.at.least(4);
    }),
  );

  it(
    ...seeded(
      'has written everything it applied when it pauses, and applies no more',
      async (world) => {
        const subject = await Subject.open(world);
        subject.decide(0, 1);
        await world.sleep(0);
        subject.decide(2);
        await world.sleep(0);
        await subject.applier.pause();
        expect(subject.applier.machine.durable).to.equal(2);
        subject.decide(3);
        await world.sleep(200);
        const { applied, durable } = subject.applier.machine;
        expect([applied, durable]).to.deep.equal([2, 2]);
        expect(subject.reported.slice(-2)).to.deep.equal(['done 2', 'written']);
      },
    ),
  );

  it(
    ...seeded('is at rest once it has paused, in the middle of a run too', async (world) => {
      const level = memoryLevel();
      let isReading = false;
      const slow = intercepted(level, {
        getMany: async (call) => {
          isReading = true;
          await world.sleep(50);
          const found: unknown = await call();
          isReading = false;
          return found;
        },
      });
      await applyNext(await openMachine(level), put('k1', 'old'));
      const subject = await Subject.open(world, {}, await openMachine(slow));
      subject.decideUpTo(100);
      await world.sleep(10);
      expect([isReading, subject.applied]).to.deep.equal([true, []]);
      await subject.applier.pause();
      expect(isReading).to.equal(false);
      expect(subject.applied).to.have.length(64);
      const { applied, durable } = subject.applier;
      expect([applied, durable]).to.deep.equal([64, 64]);
    }),
  );

  it(
    ...seeded(
      'goes on with a newer state, above it and with nothing of the old one',
      async (world) => {
        const subject = await Subject.open(world);
        subject.decide(0, 1, 5, 6);
        await world.sleep(1);
        await subject.applier.pause();
        subject.reported.length = 0;
        const newer = await openMachine();
        for (let seq = 0; seq <= 4; seq += 1) await applyNext(newer, put('k', `${seq}`));
        subject.applier.resume(newer);
        expect(subject.reported).to.deep.equal(['done 4']);
        expect(subject.applier.machine).to.equal(newer);
        expect([subject.applier.applied, subject.applier.next]).to.deep.equal([4, 7]);
        expect(subject.applier.bytesAbove(0)).to.equal(0);
        await world.sleep(2 * writeIntervalMs);
        expect(subject.applied).to.deep.equal(['applied 5', 'applied 6']);
        expect(subject.reported.slice(-2)).to.deep.equal(['done 6', 'written']);
        expect(newer.durable).to.equal(6);
        expect(subject.applier.waitingBytes).to.equal(0);
      },
    ),
  );

  it(
    ...seeded('goes on with its own state where no newer one was found', async (world) => {
      const subject = await Subject.open(world);
      subject.decide(0);
      await world.sleep(1);
      await subject.applier.pause();
      subject.decide(1, 2);
      subject.applier.resume(subject.applier.machine);
      await world.sleep(2 * writeIntervalMs);
      expect(subject.applied).to.deep.equal(['applied 0', 'applied 1', 'applied 2']);
      expect(subject.reported.slice(-2)).to.deep.equal(['done 2', 'written']);
    }),
  );

  it(
    ...seeded('ends at a decision that it cannot apply, and says so once', async (world) => {
      const subject = await Subject.open(world);
      subject.decide(0);
      await world.sleep(1);
      subject.applier.add({ seq: 1, value: Uint8Array.of(0xff) });
      subject.decide(2);
      await world.sleep(1);
      subject.decide(3);
      await world.sleep(2 * writeIntervalMs);
      expect(subject.applied).to.have.length(2);
      expect(subject.applied[0]).to.equal('applied 0');
      expect(subject.applied[1]).to.match(/^failed: StateError/);
      expect(subject.applier.applied).to.equal(0);
    }),
  );

  it(
    ...seeded('ends where the state cannot be written, and is not done with it', async (world) => {
      const failing = intercepted(memoryLevel(), {
        batch: () => Promise.reject(new Error('disk full')),
      });
      const subject = await Subject.open(world, {}, await openMachine(failing));
      subject.decide(0);
      await world.sleep(1);
      expect(subject.reported).to.have.length(2);
      expect(subject.reported[0]).to.equal('applied 0');
      expect(subject.reported[1]).to.match(/^failed: .*disk full|^failed: StateError/);
      subject.decide(1);
      await world.sleep(2 * writeIntervalMs);
      expect(subject.reported).to.have.length(2);
      await subject.applier.pause();
    }),
  );

  it(
    ...seeded('applies no more than it may before it is written', async (world) => {
      let isBlocked = true;
      const slow = intercepted(memoryLevel(), {
        batch: async (call) => {
          while (isBlocked) await world.sleep(10);
          return call();
        },
      });
      const options = { limits: { undurableBytesMax: 500 } };
      const subject = await Subject.open(world, options, await openMachine(slow));
      for (let seq = 0; seq < 50; seq += 1) {
        subject.decide(seq);
        await world.sleep(1);
      }
      expect(subject.applier.applied).to.be.within(1, 20);
      expect(subject.applier.waitingBytes).to.be.above(0);
      isBlocked = false;
      await world.sleep(2 * writeIntervalMs);
      expect([subject.applier.applied, subject.applier.durable]).to.deep.equal([49, 49]);
      expect(subject.applier.waitingBytes).to.equal(0);
    }),
  );

  it(
    ...seeded('writes the state at each 4096th instance, wherever it began', async (world) => {
      const subject = await Subject.open(world);
      subject.decideUpTo(4200);
      while (subject.applier.applied < 4200) await world.sleep(1);
      await world.sleep(0);
      const written = subject.reported.filter((each) => each.startsWith('done'));
      expect(written).to.include('done 4095').and.to.have.length.below(5);
      await subject.applier.flush();
      expect(subject.applier.durable).to.equal(4200);
    }),
  );

  it(
    ...seeded('counts the bytes above an instance', async (world) => {
      const subject = await Subject.open(world);
      const { length } = batchOf(put('k0', 'v'));
      for (const seq of [0, 1, 2]) {
        subject.decide(seq);
        expect(subject.applier.waitingBytes).to.equal(length);
        await world.sleep(1);
      }
      expect(subject.applier.waitingBytes).to.equal(0);
      const above = [-1, 0, 2].map((seq) => subject.applier.bytesAbove(seq));
      expect(above).to.deep.equal([3 * length, 2 * length, 0]);
    }),
  );

  it(
    ...seeded('tells how long runs and writes took, those that had to read too', async (world) => {
      const level = memoryLevel();
      await applyNext(await openMachine(level), put('k1', 'old'));
      const slow = intercepted(level, {
        getMany: async (call) => {
          await world.sleep(30);
          return call();
        },
        batch: async (call) => {
          await world.sleep(7);
          return call();
        },
      });
      const told: string[] = [];
      const observer = {
        onApplied: (ms: number) => told.push(`applied ${ms}`),
        onStateWritten: (ms: number) => told.push(`written ${ms}`),
      };
      const subject = await Subject.open(world, { observer }, await openMachine(slow));
      subject.decide(1);
      await world.sleep(100);
      expect(told).to.deep.equal(['applied 30', 'written 7']);
      subject.applier.add({ seq: 2, value: batchOf(put('k1', 'in memory')) });
      await world.sleep(2 * writeIntervalMs);
      expect(told.slice(2)).to.deep.equal(['applied 0', 'written 7']);
    }),
  );
});
