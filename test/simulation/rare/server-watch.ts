/** Sees rare states of servers: how they end, and what their disks make of it. */
import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import type { Write } from '@paxkv/paxos';
import type { WriteFate } from '@paxkv/simulator';
import type { Fault } from '../schedule/fault.ts';
import type { EndCause, Witness } from '../witness.ts';
import type { Counters } from './counters.ts';

type Incarnation = 'starting' | 'up' | `down by ${EndCause}`;

export class ServerWatch implements Witness {
  readonly #counters: Counters;
  readonly #incarnations: Incarnation[];
  readonly #paused = new Set<number>();

  constructor(nodeCount: number, counters: Counters) {
    this.#incarnations = new Array<Incarnation>(nodeCount).fill('down by crash');
    this.#counters = counters;
  }

  onStarted(node: number): void {
    this.#incarnations[node] = 'starting';
    this.#paused.delete(node);
  }

  onUp(node: number): void {
    this.#incarnations[node] = 'up';
  }

  onEnded(node: number, cause: EndCause): void {
    if (this.#incarnations[node] === 'starting')
      this.#counters.add('server ended while it was starting');
    if (this.#paused.has(node)) this.#counters.add('server ended while it stood still');
    this.#incarnations[node] = `down by ${cause}`;
    const downCount = this.#incarnations.filter((incarnation) =>
      incarnation.startsWith('down'),
    ).length;
    if (2 * downCount > this.#incarnations.length) this.#counters.add('majority down at once');
    if (downCount === this.#incarnations.length) this.#counters.add('all servers down at once');
  }

  onLost(): void {
    this.#counters.add('connection seen to end');
  }

  onFailed(): void {
    this.#counters.add('server stopped by itself');
  }

  onStateMessage(_from: number, _to: number, message: StateMessage): void {
    if (message.type === 'page' && message.isLast) {
      this.#counters.add('state taken from another server');
    }
  }

  onWrite(node: number, fate: WriteFate, writes: readonly Write<Uint8Array>[]): void {
    if (fate === 'kept') for (const write of writes) this.#onKept(write);
    const incarnation = this.#incarnations[node];
    if (!incarnation?.startsWith('down')) return;
    if (fate === 'kept') this.#counters.add('write kept that nobody heard of');
    else if (incarnation === 'down by power loss') this.#counters.add('write torn by a power loss');
    else this.#counters.add('write lost in a crash');
  }

  onFault(phase: 'begins' | 'ends', fault: Fault): void {
    if (phase === 'begins') this.#counters.add(`fault: ${fault.kind}`);
    if (fault.kind !== 'pause') return;
    if (phase === 'begins') this.#paused.add(fault.node);
    else this.#paused.delete(fault.node);
  }

  #onKept(write: Write<Uint8Array>): void {
    if (write.type !== 'incarnation' || write.votingFloor === undefined) return;
    const isFirst = write.isNew && write.votingFloor < 0;
    this.#counters.add(
      isFirst ? 'server of a new group admitted' : 'server without memory admitted again',
    );
  }
}
