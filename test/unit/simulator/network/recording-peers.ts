/** Peers on a simulated network that record what they receive. */
import type { Envelope, Message, PeerId, Transport } from '@paxkv/paxos';
import {
  type Fate,
  type FaultProfile,
  type HintProfile,
  SimNetwork,
  type SimNetworkOptions,
  World,
} from '@paxkv/simulator';
import { nothingForgotten, plainMark } from '../../contracts/plain-mark.ts';

const ballot = { round: 1, peer: 0 };

/** A small network of recording peers. */
export class RecordedNetwork {
  readonly world: World;
  readonly network: SimNetwork<string>;
  /** Everything that happened, one line each, with its time. */
  readonly log: string[] = [];
  readonly #transports: Transport<string>[] = [];

  constructor(
    peerCount: number,
    profile: FaultProfile,
    { seed = 1, hints }: { seed?: string | number; hints?: HintProfile } = {},
  ) {
    this.world = new World({ seed });
    const watch = (fate: Fate, envelope: Envelope<string>) => this.#note(fate, envelope);
    const options: SimNetworkOptions<string> = {
      peerCount,
      profile,
      watch,
      ...(hints && { hints }),
    };
    this.network = new SimNetwork(this.world, options);
  }

  /** Opens all peers. Every Prepare and Accept is answered, `answerDelayMs` later. */
  async open(peerCount: number, answerDelayMs = 0): Promise<void> {
    for (let peer = 0; peer < peerCount; peer += 1) await this.boot(peer, answerDelayMs);
  }

  async boot(peer: PeerId, answerDelayMs = 0): Promise<void> {
    const transport = this.network.transport(peer);
    this.#transports[peer] = transport;
    await transport.open({
      receive: (envelope) => {
        this.#note('received', envelope);
        const answer = answerTo(envelope);
        if (answer === undefined) return;
        this.world.schedule(answerDelayMs, () => transport.send(answer));
      },
      undeliverable: (envelope) => this.#note('undeliverable', envelope),
      disconnected: (other) => this.log.push(`${this.world.now()} disconnected ${peer}>${other}`),
    });
  }

  send(from: PeerId, to: PeerId, message: Message<string>): void {
    this.#transports[from]?.send({ from, to, ...nothingForgotten, mark: plainMark(), message });
  }

  prepare(from: PeerId, to: PeerId, seq = 0): void {
    this.send(from, to, { type: 'prepare', seq, ballot });
  }

  sleep(delayMs: number): Promise<void> {
    return this.world.run(() => this.world.sleep(delayMs));
  }

  /** Takes all lines, and returns those that start with one of these words, without their time. */
  take(...words: (Fate | 'received' | 'undeliverable' | 'disconnected')[]): string[] {
    const lines = this.log.splice(0).map((line) => line.slice(line.indexOf(' ') + 1));
    return lines.filter((line) => words.some((word) => line.startsWith(word)));
  }

  count(word: Fate | 'received' | 'undeliverable'): number {
    return this.log.filter((line) => line.includes(` ${word} `)).length;
  }

  #note(what: string, { from, to, message }: Envelope<string>): void {
    this.log.push(`${this.world.now()} ${what} ${from}>${to} ${message.type}`);
  }
}

function answerTo({ from, to, message }: Envelope<string>): Envelope<string> | undefined {
  switch (message.type) {
    case 'prepare':
      return envelope(to, from, { type: 'promised', seq: message.seq, ballot: message.ballot });
    case 'accept':
      return envelope(to, from, { type: 'accepted', seq: message.seq, ballot: message.ballot });
    default:
      return undefined;
  }
}

function envelope(from: PeerId, to: PeerId, message: Message<string>): Envelope<string> {
  return { from, to, ...nothingForgotten, mark: plainMark(), message };
}
