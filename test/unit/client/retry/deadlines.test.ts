import { getEventListeners } from 'node:events';
import { CallDeadline, DeadlineTimer, onAbort } from '@paxkv/client/internal/retry/deadlines';
import { expect } from 'chai';
import { FakeClock } from '../fake-world.ts';

describe('CallDeadline', () => {
  it('ends at its deadline', async () => {
    const clock = new FakeClock();
    const deadline = new CallDeadline(clock, { timeoutMs: 50 });
    await clock.runUntil(49);
    expect(deadline.end).to.equal(undefined);
    await clock.runUntil(50);
    expect(deadline.end).to.equal('deadline');
  });

  it('has no timer where there is no deadline', () => {
    const clock = new FakeClock();
    new CallDeadline(clock, { timeoutMs: undefined });
    expect(clock.timerCount).to.equal(0);
  });

  it('ends with the signal it was given, and keeps its reason', () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const deadline = new CallDeadline(clock, { timeoutMs: 50, signal: controller.signal });
    controller.abort('enough');
    expect([deadline.end, deadline.reason]).to.deep.equal(['aborted', 'enough']);
    expect(clock.timerCount).to.equal(0);
  });

  it('has ended from the start if its signal fired before', () => {
    const clock = new FakeClock();
    const deadline = new CallDeadline(clock, { timeoutMs: 50, signal: AbortSignal.abort() });
    expect(deadline.end).to.equal('aborted');
    expect(clock.timerCount).to.equal(0);
  });

  it('keeps the first reason to end', async () => {
    const clock = new FakeClock();
    const deadline = new CallDeadline(clock, { timeoutMs: 50 });
    await clock.runUntil(50);
    deadline.abort();
    expect(deadline.end).to.equal('deadline');
  });

  it('does not listen to the signal after it was disposed of', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const deadline = new CallDeadline(clock, { timeoutMs: 50, signal: controller.signal });
    deadline.dispose();
    controller.abort();
    expect(deadline.end).to.equal(undefined);
    expect(clock.timerCount).to.equal(0);
  });

  it('cancels the work that was attached last, and work attached after its end at once', () => {
    const deadline = new CallDeadline(new FakeClock(), { timeoutMs: 50 });
    const cancelled: string[] = [];
    deadline.attach({ cancel: () => cancelled.push('first') });
    deadline.attach({ cancel: () => cancelled.push('second') });
    deadline.abort();
    deadline.attach({ cancel: () => cancelled.push('third') });
    expect(cancelled).to.deep.equal(['second', 'third']);
  });

  it('cancels nothing after it was disposed of', () => {
    const deadline = new CallDeadline(new FakeClock(), { timeoutMs: 50 });
    const cancelled: string[] = [];
    deadline.attach({ cancel: () => cancelled.push('work') });
    deadline.dispose();
    deadline.abort();
    expect(cancelled).to.deep.equal([]);
  });

  it('leaves no timer of a pause that an abort has ended', async () => {
    const clock = new FakeClock();
    const deadline = new CallDeadline(clock, { timeoutMs: 50 });
    const pause = deadline.pause(20);
    deadline.abort();
    await pause;
    expect([clock.now(), clock.timerCount]).to.deep.equal([0, 0]);
  });

  it('pauses for the given time, or until it ends', async () => {
    const clock = new FakeClock();
    const deadline = new CallDeadline(clock, { timeoutMs: 50 });
    await clock.finish(deadline.pause(20));
    expect(clock.now()).to.equal(20);
    await clock.finish(deadline.pause(1000));
    expect(clock.now()).to.equal(50);
    expect(clock.timerCount).to.equal(0);
  });
});

class Scene {
  readonly clock = new FakeClock();
  readonly timer = new DeadlineTimer(this.clock);
  readonly overdue: string[] = [];

  item(name: string, due: number | undefined) {
    return {
      due,
      timerIndex: -1,
      onDue: () => this.overdue.push(`${name} ${this.clock.now()}`),
    };
  }
}

describe('DeadlineTimer', () => {
  it('calls each item in time, in whatever order they were added', async () => {
    const scene = new Scene();
    for (const due of [300, 100, 200, 100]) scene.timer.add(scene.item(`${due}`, due));
    await scene.clock.runUntil(1_000);
    expect(scene.overdue).to.deep.equal(['100 100', '100 100', '200 200', '300 300']);
    expect(scene.clock.timerCount).to.equal(0);
  });

  it('sets one timer for all items, and none if there are none', () => {
    const { clock, timer, item } = new Scene();
    const items = Array.from({ length: 100 }, (_, number) => item(`${number}`, 100 + number));
    for (const each of items) timer.add(each);
    expect(clock.timerCount).to.equal(1);
    for (const each of items) timer.delete(each);
    expect(clock.timerCount).to.equal(0);
  });

  it('sets a timer again for an item that comes after all others were deleted', async () => {
    const scene = new Scene();
    const [early, late] = [scene.item('early', 100), scene.item('late', 200)];
    scene.timer.add(early);
    scene.timer.delete(early);
    scene.timer.add(late);
    await scene.clock.runUntil(1_000);
    expect(scene.overdue).to.deep.equal(['late 200']);
  });

  it('does not call deleted items', async () => {
    const scene = new Scene();
    const [early, late] = [scene.item('early', 100), scene.item('late', 200)];
    scene.timer.add(early);
    scene.timer.add(late);
    scene.timer.delete(early);
    await scene.clock.runUntil(1_000);
    expect(scene.overdue).to.deep.equal(['late 200']);
  });

  it('deletes each item once, whichever item has taken its index since', async () => {
    const scene = new Scene();
    const items = [100, 200, 300, 400].map((due) => scene.item(`${due}`, due));
    for (const each of items) scene.timer.add(each);
    const [first, , third, last] = items;
    for (const each of [first, first, third, third, last]) if (each) scene.timer.delete(each);
    if (third) scene.timer.add(third);
    await scene.clock.runUntil(1_000);
    expect(scene.overdue).to.deep.equal(['200 200', '300 300']);
  });

  it('never calls an item without a deadline', async () => {
    const scene = new Scene();
    scene.timer.add(scene.item('patient', undefined));
    expect(scene.clock.timerCount).to.equal(0);
    scene.timer.add(scene.item('hasty', 50));
    await scene.clock.runUntil(1_000);
    expect(scene.overdue).to.deep.equal(['hasty 50']);
  });

  it('takes new items while it calls others', async () => {
    const scene = new Scene();
    const second = scene.item('second', 70);
    scene.timer.add({ due: 50, timerIndex: -1, onDue: () => scene.timer.add(second) });
    await scene.clock.runUntil(1_000);
    expect(scene.overdue).to.deep.equal(['second 70']);
  });
});

describe('onAbort', () => {
  it('calls all callbacks once', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => called.push('a'));
    onAbort(controller.signal, () => called.push('b'));
    controller.abort();
    controller.abort();
    expect(called).to.deep.equal(['a', 'b']);
  });

  it('does not call a callback that was withdrawn', () => {
    const controller = new AbortController();
    const called: string[] = [];
    const stop = onAbort(controller.signal, () => called.push('a'));
    stop();
    controller.abort();
    expect(called).to.deep.equal([]);
  });

  it('adds one listener to a signal for any number of callbacks', () => {
    const { signal } = new AbortController();
    for (let count = 0; count < 20; count += 1) {
      onAbort(signal, () => {});
    }
    expect(getEventListeners(signal, 'abort')).to.have.length(1);
  });
});
