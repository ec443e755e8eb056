/** The rows in which the leader is lost: how long a client in a steady loop goes without an answer. */
import { setTimeout as delay } from 'node:timers/promises';
import { beginProgress } from '../../progress.ts';
import type { Store, StoreName } from '../../stores/store.ts';
import type { Figure } from '../result.ts';
import { SteadyLoop } from '../steady-loop.ts';
import { gatewayWriter, sdkWriter } from '../writers.ts';
import type { Row } from './row.ts';

const laneCount = 4;
/** Time between one loss and the next; the loop runs undisturbed. */
const calmMs = 1000;
const peerCountMax = 5;

/** A fault of the leader and how it is undone. */
interface Loss {
  readonly title: string;
  inflict(store: Store, node: number): void;
  undo(store: Store, node: number): Promise<void>;
}

const kill: Loss = {
  title: 'kill -9 of the leader',
  inflict: (store, node) => store.group.server(node).signal('SIGKILL'),
  undo: async (store, node) => {
    await store.group.server(node).kill();
    store.group.server(node).restart();
  },
};

const freeze: Loss = {
  title: 'SIGSTOP of the leader',
  inflict: (store, node) => store.group.server(node).signal('SIGSTOP'),
  undo: async (store, node) => store.group.server(node).signal('SIGCONT'),
};

export const failoverRows: readonly Row[] = [
  {
    key: 'kill-leader',
    work: `${kill.title} → next acknowledged write`,
    unit: 'ms',
    peers: ['etcd'],
    goals: [
      { type: 'limit', of: 'median', atMost: 100 },
      { type: 'limit', of: 'worst', atMost: 300 },
    ],
    run: async (stage, { killCount }) =>
      runLosses(await stage.stores(['paxkv', 'etcd']), kill, killCount),
  },
  {
    key: 'freeze-leader',
    work: `${freeze.title} → next acknowledged write`,
    unit: 'ms',
    peers: ['etcd'],
    goals: [{ type: 'limit', of: 'worst', atMost: 1500 }],
    run: async (stage, { freezeCount }) =>
      runLosses(await stage.stores(['paxkv', 'etcd']), freeze, freezeCount),
  },
];

async function runLosses(stores: readonly Store[], loss: Loss, count: number) {
  const figures: Figure[] = [];
  const notes: string[] = [];
  for (const store of stores) {
    const lossCount = store.name === 'paxkv' ? count : Math.min(count, peerCountMax);
    const progress = beginProgress(`${store.name}: ${loss.title}`);
    const writer = store.name === 'paxkv' ? sdkWriter(store) : gatewayWriter(store);
    const loop = new SteadyLoop(writer, laneCount);
    const values: number[] = [];
    for (let round = 0; round < lossCount; round += 1) {
      await delay(calmMs);
      const { ms, isGuess } = await loseOnce({ store, loop, loss, round });
      values.push(ms);
      if (isGuess) notes.push(`${store.name} named no leader before loss ${round + 1}`);
      progress.update((round + 1) / lossCount);
    }
    await loop.stop();
    await writer.close();
    progress.end();
    if (loop.failureCount > 0) notes.push(`${store.name}: ${loop.failureCount} writes given up`);
    figures.push({ store: store.name, client: clientNameOf(store.name), values });
  }
  return { figures, notes };
}

interface Scene {
  readonly store: Store;
  readonly loop: SteadyLoop;
  readonly loss: Loss;
  readonly round: number;
}

/** While no leader is known, the nodes take turns. */
async function loseOnce({ store, loop, loss, round }: Scene) {
  const leader = await store.leader();
  const node = leader ?? round % store.group.nodes.length;
  loss.inflict(store, node);
  const ms = await loop.nextAcknowledged();
  await loss.undo(store, node);
  await store.ready();
  return { ms, isGuess: leader === undefined };
}

function clientNameOf(name: StoreName): string {
  return name === 'paxkv' ? 'SDK' : 'JSON gateway, retried elsewhere at once';
}
