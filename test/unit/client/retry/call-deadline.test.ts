import { Patience } from '@paxkv/client/internal/retry/call-deadline';
import { expect } from 'chai';
import { FakeClock } from '../fake-world.ts';

describe('Patience', () => {
  it('ends at its deadline', async () => {
    const clock = new FakeClock();
    const patience = new Patience(clock, { timeoutMs: 50 });
    await clock.runUntil(49);
    expect(patience.end).to.equal(undefined);
    await clock.runUntil(50);
    expect(patience.end).to.equal('deadline');
  });

  it('has no timer where there is no deadline', () => {
    const clock = new FakeClock();
    new Patience(clock, { timeoutMs: Number.POSITIVE_INFINITY });
    expect(clock.timerCount).to.equal(0);
  });

  it('ends with the signal it was given, and keeps its reason', () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const patience = new Patience(clock, { timeoutMs: 50, signal: controller.signal });
    controller.abort('enough');
    expect([patience.end, patience.reason]).to.deep.equal(['aborted', 'enough']);
    expect(clock.timerCount).to.equal(0);
  });

  it('is over from the start if its signal fired before', () => {
    const clock = new FakeClock();
    const patience = new Patience(clock, { timeoutMs: 50, signal: AbortSignal.abort() });
    expect(patience.end).to.equal('aborted');
    expect(clock.timerCount).to.equal(0);
  });

  it('keeps the first reason to end', async () => {
    const clock = new FakeClock();
    const patience = new Patience(clock, { timeoutMs: 50 });
    await clock.runUntil(50);
    patience.abort();
    expect(patience.end).to.equal('deadline');
  });

  it('hears nothing any more once disposed of', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const patience = new Patience(clock, { timeoutMs: 50, signal: controller.signal });
    patience.dispose();
    controller.abort();
    expect(patience.end).to.equal(undefined);
    expect(clock.timerCount).to.equal(0);
  });

  it('calls off what it is spent on, and at once where it has ended', () => {
    const patience = new Patience(new FakeClock(), { timeoutMs: 50 });
    const calledOff: string[] = [];
    patience.spendOn({ callOff: () => calledOff.push('first') });
    patience.spendOn({ callOff: () => calledOff.push('second') });
    patience.abort();
    patience.spendOn({ callOff: () => calledOff.push('third') });
    expect(calledOff).to.deep.equal(['second', 'third']);
  });

  it('pauses as long as asked, or until it ends', async () => {
    const clock = new FakeClock();
    const patience = new Patience(clock, { timeoutMs: 50 });
    await clock.finish(patience.pause(20));
    expect(clock.now()).to.equal(20);
    await clock.finish(patience.pause(1000));
    expect(clock.now()).to.equal(50);
    expect(clock.timerCount).to.equal(0);
  });
});
