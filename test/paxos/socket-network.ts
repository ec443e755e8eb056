/**
 * The network of a cluster as files: a socket for each peer, and for each ordered pair a link to the callee's
 * socket, through which the caller calls. Removing links cuts peers off.
 */
import { mkdtemp, rm, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerId, Random, Transport } from '@paxkv/paxos';
import type { LabValue } from './ledger.ts';
import { type Admission, SocketTransport } from './socket-transport.ts';
import type { LabNetwork } from './world.ts';

const discardedShare = 0.1;
const mutedShare = 0.2;

export class SocketNetwork implements LabNetwork {
  readonly #folder: string;
  readonly #random: Random;
  readonly #unreliable = new Set<PeerId>();
  #links: string[] = [];
  #requestCount = 0;

  private constructor(folder: string, random: Random) {
    this.#folder = folder;
    this.#random = random;
  }

  static async open(peerCount: number, random: Random): Promise<SocketNetwork> {
    const network = new SocketNetwork(await mkdtemp(join(tmpdir(), 'paxos-')), random);
    await network.partition([Array.from({ length: peerCount }, (_, index) => index)]);
    return network;
  }

  transport(peer: PeerId): Transport<LabValue> {
    return new SocketTransport({
      path: join(this.#folder, `${peer}`),
      pathTo: (other) => join(this.#folder, `${peer}-${other}`),
      admit: () => this.#admit(peer),
    });
  }

  setUnreliable(peer: PeerId, unreliable: boolean): void {
    if (unreliable) this.#unreliable.add(peer);
    else this.#unreliable.delete(peer);
  }

  async deafen(peer: PeerId): Promise<void> {
    await unlink(join(this.#folder, `${peer}`));
  }

  async partition(groups: readonly (readonly PeerId[])[]): Promise<void> {
    await Promise.all(this.#links.map((link) => unlink(link)));
    this.#links = [];
    for (const group of groups) {
      const pairs = group.flatMap((from) => group.map((to) => ({ from, to })));
      for (const { from, to } of pairs) {
        if (from !== to) await this.#link(from, to);
      }
    }
  }

  requestCount(): number {
    return this.#requestCount;
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  async #link(from: PeerId, to: PeerId): Promise<void> {
    const link = join(this.#folder, `${from}-${to}`);
    await symlink(`${to}`, link);
    this.#links.push(link);
  }

  #admit(peer: PeerId): Admission {
    const unreliable = this.#unreliable.has(peer);
    if (unreliable && this.#random.next() < discardedShare) return 'discarded';
    this.#requestCount += 1;
    return unreliable && this.#random.next() < mutedShare ? 'muted' : 'served';
  }
}
