/** Injects the faults of a schedule into a cluster, each at its time, and ends them. */
import type { Fault } from '../schedule/fault.ts';
import type { Witness } from '../witness.ts';
import type { Cluster } from './cluster.ts';
import { DiskFault } from './disk-fault.ts';
import type { Server } from './server.ts';

export class FaultInjector {
  readonly #cluster: Cluster;
  readonly #witness: Required<Witness>;
  /** Cancels each callback that begins or ends a fault later. */
  readonly #cancels = new Set<() => void>();

  constructor(cluster: Cluster, witness: Required<Witness>) {
    this.#cluster = cluster;
    this.#witness = witness;
  }

  plan(faults: readonly Fault[]): void {
    for (const fault of faults) {
      this.#at(fault.atMs, () => {
        this.#witness.onFault('begins', fault);
        const end = this.#begin(fault);
        this.#at(this.#cluster.world.now() + fault.forMs, () => {
          this.#witness.onFault('ends', fault);
          end();
        });
      });
    }
  }

  /** No fault begins or ends any more: see `Cluster.calm`. */
  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #at(timeMs: number, callback: () => void): void {
    const cancel = this.#cluster.world.clock.at(timeMs, () => {
      this.#cancels.delete(cancel);
      callback();
    });
    this.#cancels.add(cancel);
  }

  /** Returns a function that ends the fault. */
  #begin(fault: Fault): () => void {
    const cluster = this.#cluster;
    switch (fault.kind) {
      case 'partition':
        cluster.cut(fault.cuts);
        return () => cluster.mend(fault.cuts);
      case 'lost client link':
        this.#eachLink(fault, (client, node) => cluster.clientNetwork.close(client, node));
        return () =>
          this.#eachLink(fault, (client, node) => cluster.clientNetwork.reopen(client, node));
      case 'crash':
        for (const node of fault.nodes) this.#server(node).crash();
        return () => this.#startAll(fault.nodes);
      case 'stop':
        for (const node of fault.nodes) this.#server(node).stop();
        return () => this.#startStopped(fault.nodes);
      case 'power loss':
        for (const node of fault.nodes) this.#losePower(this.#server(node), fault);
        return () => this.#startAll(fault.nodes);
      default:
        return this.#beginAt(this.#server(fault.node), fault);
    }
  }

  #beginAt(server: Server, fault: Extract<Fault, { node: number }>): () => void {
    const cluster = this.#cluster;
    switch (fault.kind) {
      case 'pause':
        server.pause();
        return () => server.resume();
      case 'slow disk':
        server.setPace({ ...cluster.pace, slowChance: 0.5, slowMsMax: fault.slowMsMax });
        return () => server.setPace(cluster.pace);
      case 'failed write':
        server.failNextWrite(fault.disk, new DiskFault('the disk is full'));
        return () => server.failNextWrite(fault.disk, undefined);
      case 'failed read':
        server.crash();
        server.journal.failNextLoad(new DiskFault('the disk does not answer'));
        return () => cluster.start(fault.node);
      case 'full disk':
        server.fill(new DiskFault('there is no space left'));
        return () => server.fill(undefined);
      case 'hung disk':
        server.hang(true);
        return () => server.hang(false);
      case 'damaged journal':
        server.crash();
        server.damageJournal(fault);
        return () => cluster.start(fault.node);
      case 'lost memory':
        server.crash();
        server.loseMemory(fault);
        return () => cluster.start(fault.node);
      case 'long absence':
        server.crash();
        return () => cluster.start(fault.node);
      case 'lost log window':
        server.crash();
        server.loseLogWindow(fault);
        return () => cluster.start(fault.node);
      case 'clock rate': {
        server.clock.setRate(fault.rate);
        return () => server.clock.setRate(1);
      }
      case 'clock jump':
        server.clock.jump(fault.aheadMs);
        return () => {};
      case 'slow links':
        cluster.slow(fault);
        return () => cluster.slow({ ...fault, delayMsMean: 0 });
    }
  }

  #losePower(server: Server, fault: { tearChance: number; clockOffMs: number }): void {
    server.losePower(fault.tearChance);
    if (!server.isUp) server.clock.restart(server.clock.now() + fault.clockOffMs);
  }

  /** A server that takes too long to stop is killed, as an operator would do. */
  #startStopped(nodes: readonly number[]): void {
    for (const node of nodes) this.#server(node).endStop();
    this.#startAll(nodes);
  }

  #startAll(nodes: readonly number[]): void {
    for (const node of nodes) this.#cluster.start(node);
  }

  #eachLink(
    { clients, nodes }: { clients: readonly number[]; nodes: readonly number[] },
    visit: (client: number, node: number) => void,
  ): void {
    for (const client of clients) for (const node of nodes) visit(client, node);
  }

  #server(node: number): Server {
    const server = this.#cluster.servers[node];
    if (server === undefined) throw new TypeError(`there is no node ${node}`);
    return server;
  }
}
