/**
 * The handshake in which both servers prove that they have the secret of the cluster.
 *
 * ```text
 *   dialing server                                       listening server
 *      │── hello: cluster, members, formats, levels, nonce ──▶│
 *      │◀── challenge: nonce ─────────────────────────────────│
 *      │── proof: HMAC over hello and challenge ─────────────▶│   only now is anything compared or replaced
 *      │◀── answer: welcome or refusal, HMAC over all three ──│
 * ```
 *
 * Over TLS each HMAC also covers what only the two ends of this very connection know, so nobody can pass the frames
 * of one connection on to another. RFC 2104, RFC 9266.
 */
import { randomBytes } from 'node:crypto';
import type { Secrets } from '../../config/cluster-secret.ts';
import { pack, unpack } from '../codec.ts';
import {
  type Hello,
  type HelloAnswer,
  hasNonce,
  nonceBytes,
  type Proof,
  readAnswer,
  readHello,
  readProof,
  readSecond,
} from '../handshake.ts';
import { isProof, proofOf } from '../security/proof.ts';
import type { DialerExchange, DialerStep, ListenerExchange, ListenerStep } from './exchange.ts';

const noAnswer = 'bad answer: it is no answer of a server';

export class ProvenDialer implements DialerExchange {
  readonly #secrets: Secrets;
  readonly #binding: Uint8Array;
  readonly #hello: Uint8Array;
  #challenge: Uint8Array | undefined;

  /** `binding`: see {@link Wire.channelBinding}. */
  constructor(hello: Hello, secrets: Secrets, binding: Uint8Array) {
    this.#secrets = secrets;
    this.#binding = binding;
    this.#hello = pack({ ...hello, nonce: randomBytes(nonceBytes) });
  }

  begin(): Uint8Array {
    return this.#hello;
  }

  onFrame(frame: Uint8Array): DialerStep {
    const second = readSecond(unpack(frame));
    if (second === undefined) return { type: 'failed', reason: noAnswer };
    if (second.type === 'answer') return this.#onAnswer(second.content, second.proof);
    if (this.#challenge !== undefined) return { type: 'failed', reason: noAnswer };
    this.#challenge = frame.slice();
    const parts = [this.#hello, this.#challenge, this.#binding];
    const proof: Proof = { type: 'proof', proof: proofOf(this.#secrets[0], 'dialer', parts) };
    return { type: 'send', frame: pack(proof) };
  }

  #onAnswer(content: Uint8Array, proof: Uint8Array | undefined): DialerStep {
    const reading = readAnswer(unpack(content));
    if (!reading.valid) return { type: 'failed', reason: reading.reason };
    const answer = reading.content;
    const isProven = proof !== undefined && this.#isProof(proof, content);
    if (answer.type === 'welcome' && !isProven) {
      return { type: 'failed', reason: 'wrong proof: that server has another cluster secret' };
    }
    return { type: 'answered', answer, isProven };
  }

  #isProof(proof: Uint8Array, content: Uint8Array): boolean {
    if (this.#challenge === undefined) return false;
    const parts = [this.#hello, this.#challenge, content, this.#binding];
    return isProof(proof, this.#secrets, 'listener', parts);
  }
}

export class ProvenListener implements ListenerExchange {
  readonly isProving = true;
  readonly #secrets: Secrets;
  readonly #binding: Uint8Array;
  #hello: { readonly frame: Uint8Array; readonly content: Hello } | undefined;
  readonly #challenge = pack({ type: 'challenge', nonce: randomBytes(nonceBytes) });
  #isProven = false;

  constructor(secrets: Secrets, binding: Uint8Array) {
    this.#secrets = secrets;
    this.#binding = binding;
  }

  onFrame(frame: Uint8Array): ListenerStep {
    if (this.#hello === undefined) return this.#onHello(frame);
    const message = readProof(unpack(frame));
    if (message === undefined)
      return { type: 'failed', reason: 'no proof: another frame came instead' };
    const { frame: hello, content } = this.#hello;
    const parts = [hello, this.#challenge, this.#binding];
    if (this.#isProven || !isProof(message.proof, this.#secrets, 'dialer', parts)) {
      return { type: 'failed', reason: 'wrong proof: this server has another cluster secret' };
    }
    this.#isProven = true;
    return { type: 'identified', hello: content };
  }

  answer(answer: HelloAnswer): Uint8Array {
    const content = pack(answer);
    if (!this.#isProven || this.#hello === undefined) return pack({ type: 'answer', content });
    const parts = [this.#hello.frame, this.#challenge, content, this.#binding];
    return pack({ type: 'answer', content, proof: proofOf(this.#secrets[0], 'listener', parts) });
  }

  #onHello(frame: Uint8Array): ListenerStep {
    const content = unpack(frame);
    const reading = readHello(content);
    if (!reading.valid) return { type: 'failed', reason: reading.reason };
    if (!hasNonce(content)) return { type: 'failed', reason: 'bad hello: it has no nonce' };
    this.#hello = { frame: frame.slice(), content: reading.content };
    return { type: 'send', frame: this.#challenge };
  }
}
