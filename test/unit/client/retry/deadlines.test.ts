import { Deadlines } from '@paxkv/client/internal/retry/deadlines';
import { expect } from 'chai';
import { FakeClock } from '../fake-world.ts';

class Scene {
  readonly clock = new FakeClock();
  readonly deadlines = new Deadlines(this.clock);
  readonly overdue: string[] = [];

  item(name: string, due: number) {
    return {
      due,
      deadlinePlace: -1,
      overdue: () => this.overdue.push(`${name} ${this.clock.now()}`),
    };
  }
}

describe('Deadlines', () => {
  it('ring for each in time, in whatever order they came', async () => {
    const scene = new Scene();
    for (const due of [300, 100, 200, 100]) scene.deadlines.add(scene.item(`${due}`, due));
    await scene.clock.runUntil(1_000);
    expect(scene.overdue).to.deep.equal(['100 100', '100 100', '200 200', '300 300']);
    expect(scene.clock.timerCount).to.equal(0);
  });

  it('have one timer for all, and none where nothing is left', () => {
    const { clock, deadlines, item } = new Scene();
    const items = Array.from({ length: 100 }, (_, number) => item(`${number}`, 100 + number));
    for (const each of items) deadlines.add(each);
    expect(clock.timerCount).to.equal(1);
    for (const each of items) deadlines.delete(each);
    expect(clock.timerCount).to.equal(0);
  });

  it('do not ring for what is over', async () => {
    const scene = new Scene();
    const [early, late] = [scene.item('early', 100), scene.item('late', 200)];
    scene.deadlines.add(early);
    scene.deadlines.add(late);
    scene.deadlines.delete(early);
    await scene.clock.runUntil(1_000);
    expect(scene.overdue).to.deep.equal(['late 200']);
  });

  it('are each deleted once, whatever has taken their place since', async () => {
    const scene = new Scene();
    const items = [100, 200, 300, 400].map((due) => scene.item(`${due}`, due));
    for (const each of items) scene.deadlines.add(each);
    const [first, , third, last] = items;
    for (const each of [first, first, third, third, last]) if (each) scene.deadlines.delete(each);
    if (third) scene.deadlines.add(third);
    await scene.clock.runUntil(1_000);
    expect(scene.overdue).to.deep.equal(['200 200', '300 300']);
  });

  it('never ring for what has no time', async () => {
    const scene = new Scene();
    scene.deadlines.add(scene.item('patient', Number.POSITIVE_INFINITY));
    expect(scene.clock.timerCount).to.equal(0);
    scene.deadlines.add(scene.item('hasty', 50));
    await scene.clock.runUntil(1_000);
    expect(scene.overdue).to.deep.equal(['hasty 50']);
  });

  it('may be given more while they ring', async () => {
    const scene = new Scene();
    const second = scene.item('second', 70);
    scene.deadlines.add({ due: 50, deadlinePlace: -1, overdue: () => scene.deadlines.add(second) });
    await scene.clock.runUntil(1_000);
    expect(scene.overdue).to.deep.equal(['second 70']);
  });
});
