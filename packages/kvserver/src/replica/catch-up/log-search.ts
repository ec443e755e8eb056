/**
 * Finds a replica that can send the decision of an instance. It asks all others, and concludes that nobody has
 * it only when every one that is reachable has said so: a whole state costs far more than the question.
 */
import type { Clock, PeerId } from '@paxkv/paxos';
import type { LogFound, StatePort } from '../ports.ts';

/** How long answers may take before those that are missing are asked for again. */
const roundMs = 500;
/** A replica that has not answered after so many questions is not reachable. */
const roundCountMax = 4;

export interface LogSearchOptions {
  readonly port: Pick<StatePort, 'send'>;
  readonly clock: Clock;
  /** The other replicas. */
  readonly others: readonly PeerId[];
  readonly leader: () => PeerId | undefined;
  readonly nextTransfer: () => number;
}

interface Question {
  readonly transfer: number;
  readonly answers: Map<PeerId, boolean>;
  readonly conclude: () => void;
}

export class LogSearch {
  readonly #options: LogSearchOptions;
  #question: Question | undefined;
  #isStopped = false;

  constructor(options: LogSearchOptions) {
    this.#options = options;
  }

  /**
   * Resolves with a replica that has the decision of instance `seq`, a follower if there is one; with `nobody`
   * if none has it; with `undefined` if it was stopped. While no replica answers it goes on asking.
   */
  async run(seq: number): Promise<PeerId | 'nobody' | undefined> {
    const { others, nextTransfer } = this.#options;
    const answers = new Map<PeerId, boolean>();
    const transfer = nextTransfer();
    for (let round = 1; !this.#isStopped; round += 1) {
      const missing = others.filter((node) => !answers.has(node));
      await this.#ask({ seq, transfer, answers }, missing);
      const found = this.#best(answers);
      if (found !== undefined) return found;
      const isOver = answers.size === others.length || round >= roundCountMax;
      if (isOver && answers.size > 0) return 'nobody';
    }
    return undefined;
  }

  onFound(from: PeerId, { transfer, isHeld }: LogFound): void {
    const question = this.#question;
    if (question?.transfer !== transfer || !this.#options.others.includes(from)) return;
    question.answers.set(from, isHeld);
    const isAll = question.answers.size === this.#options.others.length;
    if (isAll || (isHeld && from !== this.#options.leader())) question.conclude();
  }

  stop(): void {
    this.#isStopped = true;
    this.#question?.conclude();
  }

  /** Resolves when the answers suffice, or when the round is over. */
  #ask(
    asked: Omit<Question, 'conclude'> & { seq: number },
    missing: readonly PeerId[],
  ): Promise<void> {
    const { port, clock } = this.#options;
    const { seq, transfer, answers } = asked;
    return new Promise((resolve) => {
      const conclude = () => {
        cancel();
        resolve();
      };
      const cancel = clock.at(clock.now() + roundMs, conclude);
      this.#question = { transfer, answers, conclude };
      for (const node of missing) port.send(node, { type: 'findLog', transfer, seq });
    });
  }

  #best(answers: ReadonlyMap<PeerId, boolean>): PeerId | undefined {
    const holders = [...answers].filter(([, isHeld]) => isHeld).map(([node]) => node);
    return holders.find((node) => node !== this.#options.leader()) ?? holders[0];
  }
}
