/** A peer with the replica of a server above it: the shipped replica and state machine. */
import type { Replica } from '@paxkv/kvserver/internal/replica/index';
import type { Paxos } from '@paxkv/paxos';
import { KvError, type Request } from '@paxkv/protocol';
import type { Gate } from '@paxkv/simulator';
import type { PeerFacts, Program, ServerFacts } from '../world/program.ts';
import type { ClientCall, Witness } from '../world/witness.ts';
import type { ValueLabels } from './value-labels.ts';

export interface ServerProgramOptions {
  readonly me: number;
  readonly replica: Replica;
  readonly peer: Paxos<Uint8Array>;
  readonly gate: Gate;
  readonly labels: ValueLabels;
  readonly witness: Required<Witness>;
}

export class ServerProgram implements Program {
  readonly peer: PeerFacts;
  readonly #options: ServerProgramOptions;

  constructor(options: ServerProgramOptions) {
    const { peer, labels } = options;
    this.#options = options;
    this.peer = {
      max: () => peer.max(),
      min: () => peer.min(),
      isMember: () => peer.isMember(),
      leader: () => peer.leader(),
      status: (seq) => {
        const status = peer.status(seq);
        if (status.fate !== 'decided') return status;
        return { ...status, value: labels.labelOf(status.value) };
      },
    };
  }

  get applied(): number {
    return this.#options.replica.status.applied;
  }

  get server(): ServerFacts {
    const { state, revision } = this.#options.replica.status;
    return { state, revision };
  }

  call(call: ClientCall): void {
    this.#options.gate.pass(() => void this.#serve(call));
  }

  propose(): void {}

  done(): void {}

  stop(): Promise<void> {
    return this.#options.replica.stop();
  }

  async #serve(call: ClientCall): Promise<void> {
    const { replica, witness, me } = this.#options;
    try {
      const reply = await replica.submit(requestOf(call));
      if (reply.type === 'refused') {
        witness.onCallFailed(call, reply.reason);
        return;
      }
      const { value } = (reply.type === 'get' ? reply.entry : undefined) ?? {};
      witness.onAnswered(call, value && new TextDecoder().decode(value));
    } catch (error) {
      if (error instanceof KvError) witness.onCallFailed(call, error.code);
      else witness.onFailed(me, error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function requestOf({ type, key, value = '' }: ClientCall): Request {
  const bytes = (text: string) => new TextEncoder().encode(text);
  return type === 'put'
    ? { command: { type, key: bytes(key), value: bytes(value) } }
    : { command: { type, key: bytes(key) } };
}
