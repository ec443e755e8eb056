/**
 * Random correct histories from a seed, of a store that is linearizable by construction: an operation
 * takes effect at one moment between its call and its end; one of unknown outcome takes effect at any
 * moment after its call, or never.
 */
import { SeededRandom } from '@paxkv/simulator';
import type { HistoryEvent } from '../history/event.ts';
import { type Pending, Recorder, type RecorderClient } from '../history/recorder.ts';
import { TrueStore } from './true-store.ts';

export interface HistoryShape {
  readonly operationCount: number;
  readonly clientCount: number;
  readonly keyCount: number;
  /** Share of operations whose outcome stays unknown, from 0 to 1. */
  readonly unknownShare: number;
  /** Whether answers have revisions, lengths, and for a delete whether the key was there. */
  readonly hasFullAnswers: boolean;
  /** The written values. By default each write has a unique piece, such as `<17>`. */
  readonly pieces?: readonly string[];
  /** Whether values may be appended to. Default: yes. */
  readonly hasAppends?: boolean;
  /** Whether keys may be deleted. Default: yes. */
  readonly hasDeletes?: boolean;
  /** Share of operations that are under way for up to fifty times as long as the others. Default: 0. */
  readonly slowShare?: number;
  /** Whether a third of all writes are increments. Default: no. */
  readonly hasIncrements?: boolean;
}

/** Share of operations that certainly fail. */
const failShare = 0.02;
/** The unit of time is the maximum delay of an operation in each direction. */
const lateTimeMax = 100;
const slowTimeMax = 50;

/** The same seed and shape give the same history. */
export function randomHistory(seed: string | number, shape: HistoryShape): readonly HistoryEvent[] {
  const random = new SeededRandom(seed);
  let eventCount = 0;
  const recorder = new Recorder({ now: () => eventCount++ });
  const store = new TrueStore();
  const moments: Moment[] = [];
  const clients = Array.from({ length: shape.clientCount }, () => ({
    recorder: recorder.client(),
    freeAt: random.next(),
  }));
  for (let number = 0; number < shape.operationCount; number += 1) {
    const client = random.pick(clients);
    const begin = randomCall(random, { store, number, shape });
    const plan = randomPlan(random, client.freeAt, shape);
    client.freeAt = plan.end + random.next();
    moments.push(...toMoments(plan, () => begin(client.recorder)));
  }
  for (const { run } of moments.sort((a, b) => a.time - b.time)) run();
  return recorder.events;
}

interface Moment {
  readonly time: number;
  run(): void;
}

/** The times at which an operation is called, takes effect and ends. */
interface Plan {
  readonly call: number;
  readonly effect: number;
  readonly end: number;
  readonly fate: 'ok' | 'fail' | 'info';
}

/** An operation between its call and its end. */
interface UnderWay {
  takeEffect(): void;
  end(fate: Plan['fate']): void;
}

function randomPlan(
  random: SeededRandom,
  call: number,
  { unknownShare, slowShare = 0 }: HistoryShape,
): Plan {
  const pace = slowShare > 0 && random.chance(slowShare) ? slowTimeMax : 1;
  const effect = call + random.next() * pace;
  const end = effect + random.next() * pace;
  if (random.chance(failShare)) return { call, effect: Number.NaN, end, fate: 'fail' };
  if (!random.chance(unknownShare)) return { call, effect, end, fate: 'ok' };
  const late = random.pick([effect, end + random.between(0, lateTimeMax), Number.NaN]);
  return { call, effect: late, end, fate: 'info' };
}

function toMoments({ call, effect, end, fate }: Plan, begin: () => UnderWay): Moment[] {
  let underWay: UnderWay | undefined;
  const moments = [
    {
      time: call,
      run: () => {
        underWay = begin();
      },
    },
    { time: effect, run: () => underWay?.takeEffect() },
    { time: end, run: () => underWay?.end(fate) },
  ];
  return moments.filter(({ time }) => !Number.isNaN(time));
}

interface CallOptions {
  readonly store: TrueStore;
  readonly number: number;
  readonly shape: HistoryShape;
}

function randomCall(
  random: SeededRandom,
  { store, number, shape }: CallOptions,
): (client: RecorderClient) => UnderWay {
  const key = `key-${random.integer(1, shape.keyCount)}`;
  const piece = shape.pieces === undefined ? `<${number}>` : random.pick(shape.pieces);
  const draw = random.next();
  const asAnswer = shape.hasFullAnswers ? <A>(answer: A) => answer : () => ({});
  if (draw < 0.5) {
    return (client) =>
      toUnderWay(client.get(key), () => {
        const answer = store.get(key);
        return shape.hasFullAnswers ? answer : { value: answer.value };
      });
  }
  if (shape.hasIncrements === true && random.chance(1 / 3)) {
    const by = random.integer(-1, 2);
    return (client) =>
      toUnderWay(client.increment(key, by), () => {
        const answer = store.increment(key, by);
        return answer && asAnswer(answer);
      });
  }
  if (draw < 0.75 && shape.hasAppends !== false)
    return (client) =>
      toUnderWay(client.append(key, piece), () => asAnswer(store.append(key, piece)));
  if (draw < 0.93 || shape.hasDeletes === false)
    return (client) => toUnderWay(client.put(key, piece), () => asAnswer(store.put(key, piece)));
  return (client) => toUnderWay(client.delete(key), () => asAnswer(store.delete(key)));
}

/** What takes no effect, since the store refuses it, fails. */
function toUnderWay<A>(pending: Pending<A>, takeEffect: () => A | undefined): UnderWay {
  let answer: A | undefined;
  return {
    takeEffect: () => {
      answer = takeEffect();
    },
    end: (fate) => {
      if (fate !== 'ok') pending[fate]('drawn');
      else if (answer === undefined) pending.fail('KV_NOT_A_COUNTER');
      else pending.ok(answer);
    },
  };
}
