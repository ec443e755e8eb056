/**
 * A gate in front of a node. While it is shut nothing reaches the node: timers, messages and the ends of
 * writes wait in the order in which they came, and enter one by one once the gate is open.
 */
import type { Clock, Storage, Transport } from '@paxkv/paxos';

/** Holds back everything that would reach a paused node. */
export class Gate {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #isShut = false;
  #isGone = false;

  /** `clock`: the clock of the world. Waiting callbacks run in its events. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the node is paused. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /** Calls back at once, or once the gate is open and all earlier callbacks have run. */
  pass(callback: () => void): void {
    if (this.#isGone) return;
    if (this.#isShut || this.#waiting.length > 0) this.#waiting.push(callback);
    else callback();
  }

  /** Pauses the node. */
  shut(): void {
    this.#isShut = true;
  }

  /** Resumes the node. Everything that waits enters one by one, before anything that comes later. */
  open(): void {
    if (!this.#isShut) return;
    this.#isShut = false;
    this.#letIn();
  }

  /** The node has crashed: no callback runs any more. */
  remove(): void {
    this.#isGone = true;
    this.#waiting.length = 0;
  }

  /** A clock like `clock` whose callbacks pass the gate. */
  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      at: (time, callback) => {
        let isCalledOff = false;
        const enter = () => {
          if (!isCalledOff) callback();
        };
        const callOff = clock.at(time, () => this.pass(enter));
        return () => {
          isCalledOff = true;
          callOff();
        };
      },
    };
  }

  /** A transport like `transport` whose messages pass the gate. */
  transport<V>(transport: Transport<V>): Transport<V> {
    return {
      open: (inbox) =>
        transport.open({
          receive: (envelope) => this.pass(() => inbox.receive(envelope)),
          undeliverable: (envelope) => this.pass(() => inbox.undeliverable(envelope)),
          disconnected: (peer) => this.pass(() => inbox.disconnected(peer)),
        }),
      send: (envelope) => transport.send(envelope),
      close: () => transport.close(),
    };
  }

  /** A storage like `storage` whose answers pass the gate. */
  storage<V>(storage: Storage<V>): Storage<V> {
    return {
      load: () => this.answer(storage.load()),
      write: (writes) => this.answer(storage.write(writes)),
      close: () => this.answer(storage.close()),
    };
  }

  /** The outcome of `promise`, once it has passed the gate. */
  answer<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.pass(() => resolve(value)),
        (error: unknown) => this.pass(() => reject(error)),
      );
    });
  }

  #letIn(): void {
    if (this.#isShut || this.#waiting.length === 0) return;
    this.#clock.at(this.#clock.now(), () => {
      if (this.#isShut) return;
      this.#waiting.shift()?.();
      this.#letIn();
    });
  }
}
