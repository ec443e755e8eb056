import { SteadyLoop } from '@paxkv/bench/internal/compare/steady-loop';
import { expect } from 'chai';

/** Writes that the test acknowledges or fails. */
class HeldWriter {
  readonly #held: { acknowledge: () => void; giveUp: (error: Error) => void }[] = [];
  #onWrite: (() => void) | undefined;

  write(): Promise<void> {
    this.#onWrite?.();
    return new Promise((acknowledge, giveUp) => {
      this.#held.push({ acknowledge, giveUp });
    });
  }

  get heldCount(): number {
    return this.#held.length;
  }

  acknowledge(): void {
    this.#held.shift()?.acknowledge();
  }

  giveUp(): void {
    this.#held.shift()?.giveUp(new Error('nobody'));
  }

  nextWrite(): Promise<void> {
    return new Promise((resolve) => {
      this.#onWrite = resolve;
    });
  }
}

async function end(loop: SteadyLoop, writer: HeldWriter): Promise<void> {
  const stopped = loop.stop();
  while (writer.heldCount > 0) writer.acknowledge();
  await stopped;
}

describe('the steady loop', () => {
  it('waits for a write that started after the call, not for one in flight', async () => {
    const writer = new HeldWriter();
    const loop = new SteadyLoop(writer, 1);
    let answer: number | undefined;
    const asked = loop.nextAcknowledged().then((ms) => {
      answer = ms;
    });
    const next = writer.nextWrite();
    writer.acknowledge();
    await next;
    expect(answer).to.equal(undefined);
    writer.acknowledge();
    await asked;
    expect(answer).to.be.at.least(0);
    await end(loop, writer);
  });

  it('counts writes that were given up, and continues', async () => {
    const writer = new HeldWriter();
    const loop = new SteadyLoop(writer, 2);
    const next = writer.nextWrite();
    writer.giveUp();
    await next;
    expect(loop.failureCount).to.equal(1);
    expect(writer.heldCount).to.equal(2);
    await end(loop, writer);
  });
});
