import { Applier } from '@paxkv/kvserver/internal/replica/apply/applier';
import { writeIntervalMs } from '@paxkv/kvserver/internal/replica/apply/write-behind';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { batchOf, memoryLevel, put } from '../../state-machine/fixtures.ts';

/** An applier with an empty state; the test decides instances. */
class Subject {
  /** The reports of the applier, in order: instances applied, and how far it is done. */
  readonly reported: string[] = [];
  readonly applier: Applier;

  private constructor(world: World, machine: StateMachine) {
    this.applier = new Applier(machine, {
      clock: world.clock,
      paxos: {
        done: (seq) => {
          expect(seq).to.be.at.most(this.applier.durable);
          this.reported.push(`done ${seq}`);
        },
      },
    });
    this.applier.start({
      onApplied: (instances) => {
        this.reported.push(...instances.map(({ seq }) => `applied ${seq}`));
      },
      onWritten: () => expect(this.reported.at(-1)).to.match(/^done/),
      onFailed: (error) => this.reported.push(String(error)),
    });
    this.reported.length = 0;
  }

  static async open(world: World): Promise<Subject> {
    return new Subject(world, await StateMachine.open(new StateDatabase(memoryLevel())));
  }

  decide(...seqs: number[]): void {
    for (const seq of seqs) this.applier.add({ seq, value: batchOf(put(`k${seq}`, 'v')) });
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
        const applied = subject.reported.filter((each) => each.startsWith('applied'));
        expect(applied).to.deep.equal(['applied 0', 'applied 1', 'applied 2', 'applied 3']);
        expect(subject.reported.slice(0, 2)).to.deep.equal(['applied 0', 'applied 1']);
        expect(subject.reported.at(-1)).to.equal('done 3');
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
        expect(subject.reported.at(-1)).to.equal('done 2');
      },
    ),
  );
});
