import type { Clock } from '@paxkv/client';
import { Silence } from '@paxkv/client/internal/stream/keepalive';
import { expect } from 'chai';
import { FakeClock } from '../fake-world.ts';

class Scene {
  readonly clock = new FakeClock();
  readonly events: string[] = [];
  isWaiting = true;
  bufferedBytes = 0;
  readonly silence: Silence;

  constructor(clock: Clock = this.clock) {
    this.silence = new Silence(clock, {
      isWaiting: () => this.isWaiting,
      bufferedBytes: () => this.bufferedBytes,
      askForSign: () => this.events.push(`asked ${clock.now()}`),
      onSilent: () => this.events.push(`silent ${clock.now()}`),
      onIdle: () => this.events.push(`idle ${clock.now()}`),
    });
    this.silence.watch();
  }
}

describe('Silence', () => {
  it('asks for a sign of life first, and tells of silence half a second after the last word', async () => {
    const scene = new Scene();
    await scene.clock.runUntil(2_000);
    expect(scene.events).to.deep.equal(['asked 200', 'silent 500']);
    expect(scene.clock.timerCount).to.equal(0);
  });

  it('counts anew after each word', async () => {
    const scene = new Scene();
    await scene.clock.runUntil(450);
    scene.silence.heard();
    await scene.clock.runUntil(2_000);
    expect(scene.events).to.deep.equal(['asked 200', 'asked 600', 'silent 900']);
  });

  it('takes it for a word when what was sent gets less', async () => {
    const scene = new Scene();
    scene.bufferedBytes = 1_000_000;
    for (let time = 50; time < 2_000; time += 100) {
      await scene.clock.runUntil(time);
      scene.bufferedBytes -= 10_000;
    }
    expect(scene.events.filter((event) => event.startsWith('silent'))).to.deep.equal([]);
  });

  it('ends once nothing is awaited', async () => {
    const scene = new Scene();
    await scene.clock.runUntil(250);
    scene.isWaiting = false;
    await scene.clock.runUntil(2_000);
    expect(scene.events).to.deep.equal(['asked 200', 'idle 300']);
    scene.isWaiting = true;
    scene.silence.watch();
    await scene.clock.runUntil(4_000);
    expect(scene.events.slice(2)).to.deep.equal(['asked 2200', 'silent 2500']);
  });

  it('blames no server for a time in which this program stood still', async () => {
    const beats: (() => void)[] = [];
    let now = 0;
    const clock = {
      now: () => now,
      at: (_time: number, callback: () => void) => {
        beats.push(callback);
        return () => {};
      },
    };
    const scene = new Scene(clock);
    now = 60_000;
    beats.shift()?.();
    expect(scene.events).to.deep.equal([]);
  });

  it('says nothing any more once stopped', async () => {
    const scene = new Scene();
    scene.silence.stop();
    await scene.clock.runUntil(2_000);
    expect(scene.events).to.deep.equal([]);
  });
});
