/** Finds suitable operations in a history for an anomaly, and changes their answers. */
import type { SeededRandom } from '@paxkv/simulator';
import type { Append, Get, GetAnswer, Operation, Put } from '../history/operation.ts';

export type Write = Put | Append;

/** A get that returned a value. */
export interface Read {
  readonly get: Get;
  readonly value: string;
  readonly answer: GetAnswer;
}

/** One piece of a value read, and the writes that the value consists of. */
export interface Sight {
  readonly get: Get;
  /** In the order of their pieces. */
  readonly writes: readonly Write[];
  /** Index of the write in question. */
  readonly at: number;
}

export function readsOf(operations: readonly Operation[]): Read[] {
  return operations.flatMap((get) => {
    if (get.name !== 'get' || get.fate.name !== 'ok') return [];
    const { answer } = get.fate;
    return answer.value === undefined ? [] : [{ get, value: answer.value, answer }];
  });
}

/** The writes that a value contains, each recognized by a piece such as `<17>`. */
export function writesIn(value: string, operations: readonly Operation[]): Write[] {
  const writes = new Map(operations.flatMap((one) => ('value' in one ? [[one.value, one]] : [])));
  return [...value.matchAll(/<\d+>/g)].flatMap(([piece]) => writes.get(piece) ?? []);
}

/** A random write that fits and was seen by some get. */
export function pickSeen(
  operations: readonly Operation[],
  random: SeededRandom,
  fits: (sight: Sight) => boolean,
): Write | undefined {
  for (const { get, value } of random.shuffle(readsOf(operations))) {
    const writes = writesIn(value, operations);
    const places = random.shuffle([...writes.keys()]);
    const at = places.find((place) => fits({ get, writes, at: place }));
    if (at !== undefined) return writes[at];
  }
  return undefined;
}

/**
 * Lets a random get return the answer of an earlier one: the last that had ended before one of the
 * operations that `between` returns. These must have ended before the get and rule the value out.
 */
export function repeatAnswer(
  operations: readonly Operation[],
  random: SeededRandom,
  between: (late: Get) => readonly Operation[],
): Operation[] | undefined {
  const reads = readsOf(operations);
  for (const { get } of random.shuffle(reads)) {
    const ruling = between(get);
    const early = reads.findLast(({ get: other, value }) =>
      ruling.some((one) => isBefore(other, one) && answeredValue(one) !== value),
    );
    if (early !== undefined) return withAnswer(operations, get, early.answer);
  }
  return undefined;
}

function answeredValue(operation: Operation): string | undefined {
  const isAnsweredGet = operation.name === 'get' && operation.fate.name === 'ok';
  return isAnsweredGet ? operation.fate.answer.value : undefined;
}

export function withAnswer(
  operations: readonly Operation[],
  get: Get,
  answer: GetAnswer,
): Operation[] {
  const fate = { name: 'ok', position: endOf(get), answer } as const;
  return operations.map((one) => (one === get ? { ...get, fate } : one));
}

/** Rewrites every value read. */
export function withValues(
  operations: readonly Operation[],
  rewrite: (value: string) => string,
): Operation[] {
  const reads = new Map(readsOf(operations).map((read) => [read.get.id, read]));
  return operations.map((one) => {
    const read = reads.get(one.id);
    if (read === undefined) return one;
    const answer = { ...read.answer, value: rewrite(read.value) };
    return { ...read.get, fate: { name: 'ok', position: endOf(read.get), answer } };
  });
}

/** Whether one operation had ended before the other, on the same key, was called. */
export function isBefore(early: Operation, late: Operation): boolean {
  return early.key === late.key && endOf(early) < late.position;
}

export function endOf({ fate }: Operation): number {
  return fate.name === 'open' ? Number.POSITIVE_INFINITY : fate.position;
}
