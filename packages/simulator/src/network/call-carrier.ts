/**
 * Carries messages as calls that fail fast. When a request is sent, its link must be open and its receiver
 * must not be deaf. After that the call stays open: its answer returns on it even if the link is cut
 * meanwhile.
 */
import { type Envelope, isAnswer } from '@paxkv/paxos';
import type { Carrier, CarrierContext } from './carrier.ts';
import type { CallProfile, FaultProfile } from './fault-profile.ts';
import { type OpenCall, OpenCalls } from './open-calls.ts';
import type { SimTransport } from './sim-transport.ts';

export class CallCarrier<V> implements Carrier<V> {
  readonly #context: CarrierContext<V>;
  #profile: CallProfile;
  readonly #calls = new OpenCalls<V>();

  constructor(context: CarrierContext<V>, profile: CallProfile) {
    this.#context = context;
    this.#profile = profile;
  }

  send(envelope: Envelope<V>, sender: SimTransport<V>): void {
    if (isAnswer(envelope.message)) this.#answer(envelope);
    else this.#request(envelope, sender);
  }

  setProfile(profile: FaultProfile): void {
    if (profile.type !== 'calls')
      throw new TypeError('cannot change a network of calls to datagrams');
    this.#profile = profile;
  }

  onClosed(transport: SimTransport<V>): void {
    this.#calls.closeMadeBy(transport);
    for (const { caller, request } of this.#calls.takeServedBy(transport.peer)) {
      this.#reportUndeliverable(caller, request);
    }
  }

  #request(request: Envelope<V>, caller: SimTransport<V>): void {
    const { links } = this.#context;
    if (links.isDeaf(request.to) || !links.isOpen(request.from, request.to)) {
      this.#refuse(request, caller);
      return;
    }
    const copy = this.#context.copy(request);
    this.#soon(request, () => this.#arrive(request, copy, caller));
  }

  #arrive(request: Envelope<V>, copy: Envelope<V>, caller: SimTransport<V>): void {
    const { random } = this.#context;
    const server = this.#context.transportAt(request.to);
    const isUnreliable = this.#context.isUnreliable(request.to);
    if (server === undefined) {
      this.#refuse(request, caller);
    } else if (isUnreliable && random.chance(this.#profile.discardChance)) {
      this.#context.report('discarded', request);
      this.#reportUndeliverable(caller, request);
    } else {
      const isAnswerLost = isUnreliable && random.chance(this.#profile.answerLossChance);
      this.#serve({ caller, request, isAnswerLost }, copy, server);
    }
  }

  #serve(call: OpenCall<V>, copy: Envelope<V>, server: SimTransport<V>): void {
    this.#context.report('delivered', call.request);
    if (call.isAnswerLost) {
      this.#context.report('answer lost', call.request);
      this.#reportUndeliverable(call.caller, call.request);
    }
    // A message without an answer ends its call.
    const { type } = call.request.message;
    if (type !== 'decided' && type !== 'transferLeadership') this.#calls.open(call);
    server.receive(copy);
  }

  #answer(answer: Envelope<V>): void {
    const call = this.#calls.take(answer);
    if (call?.isAnswerLost) return;
    if (call === undefined) {
      this.#context.report('lost', answer);
      return;
    }
    const copy = this.#context.copy(answer);
    this.#soon(answer, () => {
      this.#context.report(call.caller.isOpen ? 'delivered' : 'lost', answer);
      call.caller.receive(copy);
    });
  }

  #refuse(request: Envelope<V>, caller: SimTransport<V>): void {
    this.#context.report('refused', request);
    this.#reportUndeliverable(caller, request);
  }

  #reportUndeliverable(caller: SimTransport<V>, request: Envelope<V>): void {
    this.#soon(request, () => caller.undeliverable(request));
  }

  #soon(envelope: Envelope<V>, callback: () => void): void {
    const { from, to } = envelope;
    const { world, random, links } = this.#context;
    const { delayMsMin, delayMsMax } = this.#profile;
    const lagMsMax = 2 * links.lagOf(from, to);
    const delayMs = random.between(delayMsMin, delayMsMax + lagMsMax);
    world.schedule(this.#context.occupancyOf(envelope).ms + delayMs, callback);
  }
}
