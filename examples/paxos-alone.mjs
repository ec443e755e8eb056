/**
 * `@paxkv/paxos` by itself: three peers in one process agree on a sequence of values. The transport and
 * the storage are the simplest there can be; a real host sends messages over a network, and resolves
 * `write` only once the writes survive a crash.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Paxos } from '@paxkv/paxos';

/** Carries messages between peers of this process. It may lose, delay, repeat and reorder them. */
class MemoryTransport {
  static #inboxes = new Map();
  #me;

  constructor(me) {
    this.#me = me;
  }

  async open(inbox) {
    MemoryTransport.#inboxes.set(this.#me, inbox);
  }

  send(envelope) {
    const delayMs = 3 * Math.random();
    setTimeout(() => MemoryTransport.#inboxes.get(envelope.to)?.receive(envelope), delayMs);
  }

  async close() {
    MemoryTransport.#inboxes.delete(this.#me);
  }
}

/** Remembers promises and votes. What it gives back on `load` must be all that it took. */
class MemoryStorage {
  #writes = [];
  #writeIndex = 0;

  async load() {
    return { state: 'kept', writeIndex: this.#writeIndex, writes: [...this.#writes] };
  }

  async write(writes) {
    this.#writes.push(...writes);
    this.#writeIndex += 1;
  }

  async close() {}
}

const clock = {
  now: () => performance.now(),
  at(time, callback) {
    const timer = setTimeout(callback, Math.max(0, time - performance.now()));
    return () => clearTimeout(timer);
  },
};

const peers = await Promise.all(
  [0, 1, 2].map((me) =>
    Paxos.open({
      me,
      peerCount: 3,
      transport: new MemoryTransport(me),
      storage: new MemoryStorage(),
      clock,
      random: { next: () => Math.random() },
    }),
  ),
);

/** The value of an instance, once this peer knows it. */
async function agreedValue(peer, seq) {
  while (peer.status(seq).fate !== 'decided') await sleep(1);
  return peer.status(seq).value;
}

// Any peer may start any instance.
peers[0].start(0, 'apple');
peers[1].start(1, 'pear');
// Two want the same instance: one of their values is chosen, the same one everywhere.
peers[0].start(2, 'plum');
peers[2].start(2, 'quince');

for (const seq of [0, 1, 2]) {
  const values = await Promise.all(peers.map((peer) => agreedValue(peer, seq)));
  console.log(seq, ...values);
}
// prints: 0 apple apple apple
// prints: 1 pear pear pear
// prints: 2 plum plum plum | 2 quince quince quince

await Promise.all(peers.map((peer) => peer.kill()));
