/** Verifies the state in the background: its rows against its own checksum, and that against the other replicas. */
import type { StateMachine } from '../../state-machine/state-machine.ts';
import type { StateTables } from '../../storage/state/state-database-options.ts';
import type { ReplicaOptions, ReplicaScrubStatus } from '../replica-options.ts';
import { ChecksumExchange } from './checksum-exchange.ts';
import { Scrubber } from './scrubber.ts';

export type VerificationOptions = Pick<
  ReplicaOptions,
  'me' | 'peerCount' | 'clock' | 'scrub' | 'checksums' | 'onDifference'
> & {
  /** The state is damaged or could not be read, or most replicas have another one. */
  readonly onFailed: (error: unknown) => void;
};

export class Verification {
  readonly #scrubber: Scrubber | undefined;
  readonly #exchange: ChecksumExchange | undefined;

  constructor({ scrub, checksums, onDifference = () => {}, ...options }: VerificationOptions) {
    if (scrub !== undefined) this.#scrubber = new Scrubber({ ...options, limits: scrub });
    if (checksums !== undefined) {
      this.#exchange = new ChecksumExchange({ ...options, port: checksums, onDifference });
    }
  }

  /** `undefined` if nothing is verified in the background. */
  get status(): ReplicaScrubStatus | undefined {
    if (this.#scrubber === undefined) return undefined;
    return { ...this.#scrubber.status, differsFrom: this.#exchange?.differing ?? [] };
  }

  /** Begins with `tables`. Called when the state is opened, and again when it was replaced. */
  start(machine: StateMachine, tables?: StateTables): void {
    this.#scrubber?.start(machine, tables);
    this.onWritten(machine);
  }

  /** Called after each write of the state. */
  onWritten({ written }: StateMachine): void {
    this.#exchange?.onWritten(written);
  }

  /** Resolves when the state is not read any more. It may be replaced then. */
  async pause(): Promise<void> {
    await this.#scrubber?.stop();
  }

  /** Ends for good. Resolves when the state is not read any more. */
  async stop(): Promise<void> {
    this.#exchange?.stop();
    await this.pause();
  }
}
