/** Counts rare events of servers: how they end, and what their disks keep. */
import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { baseLevel } from '@paxkv/kvserver/internal/state-machine/features';
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import type { Position } from '@paxkv/kvserver/internal/state-machine/state-store';
import type { Write } from '@paxkv/paxos';
import type { WriteFate } from '@paxkv/simulator';
import type { Fault } from '../schedule/fault.ts';
import type { EndCause, Witness } from '../witness.ts';
import type { Counters } from './counters.ts';

type ServerState = 'starting' | 'up' | `down by ${EndCause}`;

export class ServerWatch implements Witness {
  readonly #counters: Counters;
  readonly #states: ServerState[];
  readonly #paused = new Set<number>();
  #featureLevel = baseLevel;

  constructor(nodeCount: number, counters: Counters) {
    this.#states = new Array<ServerState>(nodeCount).fill('down by crash');
    this.#counters = counters;
  }

  onStarted(node: number): void {
    this.#states[node] = 'starting';
    this.#paused.delete(node);
  }

  onUp(node: number): void {
    this.#states[node] = 'up';
  }

  onEnded(node: number, cause: EndCause): void {
    if (this.#states[node] === 'starting') this.#counters.add('server ended while it was starting');
    if (this.#paused.has(node)) this.#counters.add('server ended while it was paused');
    this.#states[node] = `down by ${cause}`;
    const downCount = this.#states.filter((state) => state.startsWith('down')).length;
    if (2 * downCount > this.#states.length) this.#counters.add('majority down at once');
    if (downCount === this.#states.length) this.#counters.add('all servers down at once');
  }

  onLost(): void {
    this.#counters.add('disconnect noticed');
  }

  onDamageFound(): void {
    this.#counters.add('damage of a journal found');
  }

  onFailed(_node: number, error: Error): void {
    this.#counters.add('server stopped by itself');
    if (error instanceof StateError && error.code === 'STATE_LEVEL_UNSUPPORTED') {
      this.#counters.add('server too old for the feature level');
    }
  }

  onApplied(_node: number, { featureLevel }: Position): void {
    if (featureLevel > this.#featureLevel) this.#counters.add('feature level raised');
    this.#featureLevel = Math.max(featureLevel, this.#featureLevel);
  }

  onWindowDropped(): void {
    this.#counters.add('log window dropped or shortened');
  }

  onStateMessage(_from: number, _to: number, message: StateMessage): void {
    if (message.type === 'logPage' && message.values.length > 0) {
      this.#counters.add('page of the log taken from another server');
    }
    if (message.type === 'page' && message.isLast) {
      this.#counters.add('state taken from another server');
    }
  }

  onWrite(node: number, fate: WriteFate, writes: readonly Write<Uint8Array>[]): void {
    if (fate === 'kept') for (const write of writes) this.#onKept(write);
    const state = this.#states[node];
    if (!state?.startsWith('down')) return;
    if (fate === 'kept') this.#counters.add('unacknowledged write kept in a crash');
    else if (state === 'down by power loss') this.#counters.add('write torn by a power loss');
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
