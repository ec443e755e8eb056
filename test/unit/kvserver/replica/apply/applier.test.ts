import { Applier } from '@paxkv/kvserver/internal/replica/apply/applier';
import { writeIntervalMs } from '@paxkv/kvserver/internal/replica/apply/write-behind';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { batchOf, memoryLevel, put } from '../../state-machine/fixtures.ts';

/** An applier of a state that is empty at first, beside a log of which a test says what is decided. */
class Subject {
  readonly decided = new Map<number, Uint8Array>();
  /** What it told, in order: instances applied, and how far it is done. */
  readonly told: string[] = [];
  readonly #machine: StateMachine;
  readonly applier: Applier;

  private constructor(world: World, machine: StateMachine) {
    this.#machine = machine;
    this.applier = new Applier(machine, {
      clock: world.clock,
      paxos: {
        status: (seq) => {
          const value = this.decided.get(seq);
          return value === undefined ? { fate: 'pending' } : { fate: 'decided', value };
        },
        done: (seq) => {
          expect(seq).to.be.at.most(this.#machine.durable);
          this.told.push(`done ${seq}`);
        },
      },
      onApplied: (instances) => this.told.push(...instances.map(({ seq }) => `applied ${seq}`)),
      onFailed: (error) => this.told.push(String(error)),
    });
  }

  static async open(world: World): Promise<Subject> {
    return new Subject(world, await StateMachine.open(memoryLevel()));
  }

  decide(...seqs: number[]): void {
    for (const seq of seqs) this.decided.set(seq, batchOf(put(`k${seq}`, 'v')));
  }
}

describe('Applier', () => {
  it(
    ...seeded(
      'tells of what it applied at once, and is done with it once written',
      async (world) => {
        const subject = await Subject.open(world);
        subject.decide(0, 1, 3);
        subject.applier.apply();
        await world.sleep(0);
        subject.decide(2);
        subject.applier.apply();
        await world.sleep(2 * writeIntervalMs);
        const applied = subject.told.filter((each) => each.startsWith('applied'));
        expect(applied).to.deep.equal(['applied 0', 'applied 1', 'applied 2', 'applied 3']);
        expect(subject.told.slice(0, 2)).to.deep.equal(['applied 0', 'applied 1']);
        expect(subject.told.at(-1)).to.equal('done 3');
      },
    ),
  );

  it(
    ...seeded('applies nothing before all who tell of decisions have done so', async (world) => {
      const subject = await Subject.open(world);
      subject.decide(0, 1);
      subject.applier.apply();
      expect(subject.told).to.deep.equal([]);
      await world.sleep(1);
      expect(subject.told).to.include.members(['applied 0', 'applied 1']);
    }),
  );

  it(
    ...seeded('lets others have their turn while it catches up', async (world) => {
      const subject = await Subject.open(world);
      subject.decide(...Array.from({ length: 300 }, (_, seq) => seq));
      subject.applier.apply();
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
      'has written all that it applied when it holds, and applies no more',
      async (world) => {
        const subject = await Subject.open(world);
        subject.decide(0, 1);
        subject.applier.apply();
        await world.sleep(0);
        subject.decide(2);
        subject.applier.apply();
        await world.sleep(0);
        await subject.applier.hold();
        expect(subject.applier.machine.durable).to.equal(2);
        subject.decide(3);
        subject.applier.apply();
        await world.sleep(200);
        const { applied, durable } = subject.applier.machine;
        expect([applied, durable]).to.deep.equal([2, 2]);
        expect(subject.told.at(-1)).to.equal('done 2');
      },
    ),
  );
});
