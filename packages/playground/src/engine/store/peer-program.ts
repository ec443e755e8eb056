/** A peer with a small store above it. */
import type { Paxos } from '@paxkv/paxos';
import type { BootParts, Program } from '../world/program.ts';
import type { ClientCall, Witness } from '../world/witness.ts';
import { StoreReplica } from './store-replica.ts';

export class PeerProgram implements Program {
  readonly peer: Paxos<string>;
  readonly server: undefined;
  readonly #me: number;
  readonly #witness: Required<Witness>;
  readonly #store: StoreReplica;

  private constructor(paxos: Paxos<string>, { me, clock, witness }: BootParts) {
    this.peer = paxos;
    this.#me = me;
    this.#witness = witness;
    this.#store = new StoreReplica({ me, paxos, clock, witness });
  }

  static async boot(parts: BootParts): Promise<PeerProgram> {
    const { me, settings, core, clock, random, transport, storage, witness } = parts;
    const paxos = await core.load<string>({
      me,
      peerCount: settings.peerCount,
      isCandidate: settings.isLed,
      clock,
      random,
      transport,
      storage,
    });
    const program = new PeerProgram(paxos, parts);
    await paxos.join({
      onDecided: (decision) => {
        witness.onDecided(me, decision);
        program.#store.onDecided(decision);
      },
      onReadIndex: (readIndex) => program.#store.onReadIndex(readIndex),
      onLeader: (leader) => witness.onLeader(me, leader),
      onAdmitted: () => witness.onAdmitted(me),
      onStopped: (error) => witness.onFailed(me, error),
    });
    return program;
  }

  get applied(): number {
    return this.#store.applied;
  }

  call(call: ClientCall): void {
    this.#store.call(call);
  }

  propose(seq: number, value: string): void {
    this.#witness.onProposed(this.#me, { seq, value });
    this.peer.start(seq, value);
  }

  done(seq: number): void {
    this.peer.done(seq);
  }

  stop(): Promise<void> {
    return this.peer.kill();
  }
}
