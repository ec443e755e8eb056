import { setTimeout as sleep } from 'node:timers/promises';
import { type Awaited, awaitOthers } from '@paxkv/kvserver/internal/onlooker';
import type { Inbox } from '@paxkv/paxos';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../contracts/plain-mark.ts';

class Others {
  inbox: Inbox<Uint8Array> | undefined;
  isClosed = false;
  nowMs = 0;
  readonly awaited: Awaited[] = [];
  readonly stop = new AbortController();

  wait(instance: number): Promise<boolean> {
    return awaitOthers({
      transport: {
        open: async (inbox) => {
          this.inbox = inbox;
        },
        close: async () => {
          this.isClosed = true;
        },
      },
      now: () => this.nowMs,
      instance,
      signal: this.stop.signal,
      onAwaited: (awaited) => this.awaited.push(awaited),
    });
  }

  /** A leader sends heartbeats for so long. */
  lead(ms: number, done: number): void {
    const message = { type: 'heartbeat', ballot: { round: 3, peer: 1 } } as const;
    for (const end = this.nowMs + ms; this.nowMs < end; this.nowMs += 50) {
      this.inbox?.receive({
        from: 1,
        to: 0,
        ...nothingForgotten,
        done,
        mark: plainMark(),
        message,
      });
    }
  }
}

describe('awaitOthers', () => {
  it('waits until the others work without this node, and have the instance', async () => {
    const others = new Others();
    let isOver = false;
    const waiting = others.wait(10).finally(() => {
      isOver = true;
    });
    await sleep(150);
    expect(others.awaited).to.deep.equal(['quorum']);
    others.lead(2500, 9);
    await sleep(250);
    expect([isOver, others.awaited]).to.deep.equal([false, ['quorum', 'instance']]);
    others.lead(100, 10);
    expect(await waiting).to.equal(true);
    expect(others.isClosed).to.equal(true);
  });

  it('ends with a stop, without an answer', async () => {
    const others = new Others();
    const waiting = others.wait(-1);
    others.stop.abort();
    expect(await waiting).to.equal(false);
    expect(others.isClosed).to.equal(true);
  });
});
