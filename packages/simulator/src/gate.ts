/**
 * What a paused node stands behind. While the gate is shut nothing reaches the node: timers, messages
 * and the ends of writes wait in the order in which they came, and are let in one by one afterwards.
 */
import type { Clock, Storage, Transport } from '@paxkv/paxos';

/** Holds back everything that would reach a paused node. */
export class Gate {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #isShut = false;
  #isGone = false;

  /** `clock` is the world's: those who waited come in through its events. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the node is paused. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /** Calls back at once, or when the gate has opened and all who came before are through. */
  pass(callback: () => void): void {
    if (this.#isGone) return;
    if (this.#isShut || this.#waiting.length > 0) this.#waiting.push(callback);
    else callback();
  }

  /** Pauses the node. */
  shut(): void {
    this.#isShut = true;
  }

  /** Lets in what waits, one after the other, and then whatever comes. */
  open(): void {
    if (!this.#isShut) return;
    this.#isShut = false;
    this.#letIn();
  }

  /** The node behind it is gone: whoever waits, or comes later, waits for ever. */
  remove(): void {
    this.#isGone = true;
    this.#waiting.length = 0;
  }

  /** The same clock, whose callbacks come through the gate. */
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

  /** The same transport, whose messages come through the gate. */
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

  /** The same storage, whose answers come through the gate. */
  storage<V>(storage: Storage<V>): Storage<V> {
    return {
      load: () => this.answer(storage.load()),
      write: (writes) => this.answer(storage.write(writes)),
      close: () => this.answer(storage.close()),
    };
  }

  /** What `promise` comes to, told through the gate. */
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
