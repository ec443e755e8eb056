import type { Message } from '@paxkv/paxos';
import { reliable, seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../contracts/plain-mark.ts';
import { get, put, text } from '../state-machine/fixtures.ts';
import { Cluster } from './cluster.ts';

const poison = Uint8Array.of(0xff);
const far = 2 ** 40;
/** Stands for the lowest instance of which nothing is known. */
const next = -1;

/** What a damaged third peer sends to both others, while it is in nobody's quorum. */
const forged: readonly Message<Uint8Array>[] = [
  { type: 'decided', seq: next, ballot: { round: 1, peer: 2 }, value: poison },
  { type: 'learned', seq: next, values: [poison] },
  { type: 'accept', seq: next, ballot: { round: 50, peer: 2 }, value: poison },
  { type: 'accept', seq: far, ballot: { round: 50, peer: 2 }, value: Uint8Array.of(1) },
  { type: 'decided', seq: far, ballot: { round: 50, peer: 2 }, value: Uint8Array.of(1) },
  { type: 'prepareLog', ballot: { round: far, peer: 2 } },
  { type: 'heartbeat', ballot: { round: far, peer: 2 }, knownUpTo: far },
  { type: 'admit', incarnation: 2 ** 52 - 10, attempt: 1 },
];

async function send(world: World, cluster: Cluster, message: Message<Uint8Array>): Promise<void> {
  const transport = cluster.network.transport(2);
  await transport.open({ receive: () => {}, undeliverable: () => {}, disconnected: () => {} });
  const told = { ...nothingForgotten, done: far, floor: far, everyPeerMin: far };
  for (const to of [0, 1]) transport.send({ from: 2, to, ...told, mark: plainMark(), message });
  await world.sleep(100);
  await transport.close();
}

function seqOf(message: Message<Uint8Array>): number | undefined {
  return 'seq' in message ? message.seq : undefined;
}

function aboutFar(message: Message<Uint8Array>): string {
  return seqOf(message) === undefined ? '' : ` of instance ${seqOf(message)}`;
}

describe('A damaged peer', () => {
  it(
    ...seeded(
      'keeps no one of an idle cluster from serving with a floor far ahead',
      async (world) => {
        const cluster = new Cluster(world, { isLed: true, profile: reliable });
        await cluster.start();
        await cluster.submit(0, put('k', 'before'));
        await world.sleep(1000);
        cluster.nodes[2]?.crash();
        await send(world, cluster, { type: 'learn', seq: 0, count: 1 });
        await world.sleep(10_000);
        const statuses = [0, 1].map((node) => cluster.replica(node).status);
        expect(statuses.map(({ state }) => state)).to.deep.equal(['running', 'running']);
        expect(Math.min(...statuses.map(({ floor }) => floor))).to.be.above(2 ** 17);
        await cluster.submit(0, put('k', 'after'));
        const reply = await cluster.submit(1, get('k'));
        expect(reply.type === 'get' && text(reply.entry?.value)).to.equal('after');
        expect(cluster.replica(0).status.max).to.be.below(1000);
        expect(cluster.failures).to.deep.equal([]);
      },
    ),
  );

  for (const message of forged) {
    const about = seqOf(message) === next ? ' of the next instance' : aboutFar(message);
    it(
      ...seeded(`costs the others nothing with ${message.type}${about}`, async (world) => {
        const cluster = new Cluster(world, { isLed: true, profile: reliable });
        await cluster.start();
        await cluster.submit(0, put('k', 'before'));
        cluster.nodes[2]?.crash();
        const seq = cluster.replica(0).status.max + 1;
        await send(
          world,
          cluster,
          seqOf(message) === next ? Object.assign({}, message, { seq }) : message,
        );
        for (const node of [0, 1]) {
          cluster.nodes[node]?.crash();
          await cluster.nodes[node]?.start();
        }
        await cluster.submit(0, put('k', 'after'));
        const reply = await cluster.submit(1, get('k'));
        expect(reply.type === 'get' && text(reply.entry?.value)).to.equal('after');
        await cluster.nodes[2]?.start();
        const again = await cluster.submit(2, get('k'));
        expect(again.type === 'get' && text(again.entry?.value)).to.equal('after');
        expect(cluster.failures).to.deep.equal([]);
        expect(cluster.replica(0).status.max).to.be.below(1000);
      }),
    );
  }
});
