import type { Clock } from '@paxkv/client';
import { Keepalive } from '@paxkv/client/internal/stream/keepalive';
import { expect } from 'chai';
import { FakeClock } from '../fake-world.ts';

class Scene {
  readonly clock = new FakeClock();
  readonly events: string[] = [];
  isAwaiting = true;
  bufferedBytes = 0;
  readonly keepalive: Keepalive;

  constructor(clock: Clock = this.clock) {
    this.keepalive = new Keepalive(clock, {
      isAwaiting: () => this.isAwaiting,
      bufferedBytes: () => this.bufferedBytes,
      ping: () => this.events.push(`ping ${clock.now()}`),
      onSilent: () => this.events.push(`silent ${clock.now()}`),
      onIdle: () => this.events.push(`idle ${clock.now()}`),
    });
    this.keepalive.start();
  }
}

describe('Keepalive', () => {
  it('pings first, and reports silence half a second after the last frame', async () => {
    const scene = new Scene();
    await scene.clock.runUntil(2_000);
    expect(scene.events).to.deep.equal(['ping 200', 'silent 500']);
    expect(scene.clock.timerCount).to.equal(0);
  });

  it('starts again after each frame', async () => {
    const scene = new Scene();
    await scene.clock.runUntil(450);
    scene.keepalive.onFrame();
    await scene.clock.runUntil(2_000);
    expect(scene.events).to.deep.equal(['ping 200', 'ping 600', 'silent 900']);
  });

  it('counts progress of the send buffer as a sign of life', async () => {
    const scene = new Scene();
    scene.bufferedBytes = 1_000_000;
    for (let time = 50; time < 2_000; time += 100) {
      await scene.clock.runUntil(time);
      scene.bufferedBytes -= 10_000;
    }
    expect(scene.events.filter((event) => event.startsWith('silent'))).to.deep.equal([]);
  });

  it('stops once no reply is awaited', async () => {
    const scene = new Scene();
    await scene.clock.runUntil(250);
    scene.isAwaiting = false;
    await scene.clock.runUntil(2_000);
    expect(scene.events).to.deep.equal(['ping 200', 'idle 300']);
    scene.isAwaiting = true;
    scene.keepalive.start();
    await scene.clock.runUntil(4_000);
    expect(scene.events.slice(2)).to.deep.equal(['ping 2200', 'silent 2500']);
  });

  it('does not blame a server while this program itself was held up', async () => {
    const ticks: (() => void)[] = [];
    let now = 0;
    const clock = {
      now: () => now,
      at: (_time: number, callback: () => void) => {
        ticks.push(callback);
        return () => {};
      },
    };
    const scene = new Scene(clock);
    now = 60_000;
    ticks.shift()?.();
    expect(scene.events).to.deep.equal([]);
  });

  it('does nothing once stopped', async () => {
    const scene = new Scene();
    scene.keepalive.stop();
    await scene.clock.runUntil(2_000);
    expect(scene.events).to.deep.equal([]);
  });
});
