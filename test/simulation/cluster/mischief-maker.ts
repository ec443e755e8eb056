/** Does to a cluster what the faults of a schedule say, each at its time, and takes it back. */
import type { Fault } from '../schedule/fault.ts';
import type { Witness } from '../witness.ts';
import type { Cluster } from './cluster.ts';
import { DiskFault } from './disk-fault.ts';
import type { Server } from './server.ts';

export class MischiefMaker {
  readonly #cluster: Cluster;
  readonly #witness: Required<Witness>;
  /** How to end the faults that are under way or still to come. */
  readonly #callOffs = new Set<() => void>();

  constructor(cluster: Cluster, witness: Required<Witness>) {
    this.#cluster = cluster;
    this.#witness = witness;
  }

  plan(faults: readonly Fault[]): void {
    for (const fault of faults) {
      this.#at(fault.atMs, () => {
        this.#witness.onFault('begins', fault);
        const takeBack = this.#begin(fault);
        this.#at(this.#cluster.world.now() + fault.forMs, () => {
          this.#witness.onFault('ends', fault);
          takeBack();
        });
      });
    }
  }

  /** Nothing begins any more, and nothing is taken back: see `Cluster.calm`. */
  stop(): void {
    for (const callOff of this.#callOffs) callOff();
    this.#callOffs.clear();
  }

  #at(timeMs: number, callback: () => void): void {
    const callOff = this.#cluster.world.clock.at(timeMs, () => {
      this.#callOffs.delete(callOff);
      callback();
    });
    this.#callOffs.add(callOff);
  }

  /** Gives back what ends the fault. */
  #begin(fault: Fault): () => void {
    const cluster = this.#cluster;
    switch (fault.kind) {
      case 'partition':
        cluster.cut(fault.cuts);
        return () => cluster.mend(fault.cuts);
      case 'lost way':
        this.#eachWay(fault, (client, node) => cluster.ways.close(client, node));
        return () => this.#eachWay(fault, (client, node) => cluster.ways.reopen(client, node));
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
      case 'lost memory':
        server.crash();
        server.loseMemory(fault);
        return () => cluster.start(fault.node);
      case 'clock rate': {
        server.clock.setRate(fault.rate);
        return () => server.clock.setRate(1);
      }
      case 'clock jump':
        server.clock.jump(fault.aheadMs);
        return () => {};
    }
  }

  #losePower(server: Server, fault: { tearChance: number; clockOffMs: number }): void {
    server.losePower(fault.tearChance);
    if (!server.isUp) server.clock.restart(server.clock.now() + fault.clockOffMs);
  }

  /** Who takes too long to stop is ended, as an operator would. */
  #startStopped(nodes: readonly number[]): void {
    for (const node of nodes) this.#server(node).endStop();
    this.#startAll(nodes);
  }

  #startAll(nodes: readonly number[]): void {
    for (const node of nodes) this.#cluster.start(node);
  }

  #eachWay(
    { clients, nodes }: { clients: readonly number[]; nodes: readonly number[] },
    visit: (client: number, node: number) => void,
  ): void {
    for (const client of clients) for (const node of nodes) visit(client, node);
  }

  #server(node: number): Server {
    const server = this.#cluster.servers[node];
    if (server === undefined) throw new TypeError(`There is no node ${node}.`);
    return server;
  }
}
