/**
 * The sequential specification of one key of the store, which every history is checked against. An answer
 * fits if all its fields are right; missing fields are not checked.
 */
import type {
  Answers,
  Delete,
  Fate,
  Get,
  Increment,
  Operation,
  OperationName,
  Value,
} from '../history/operation.ts';

/** The state of a key between two operations. Immutable. */
export interface State {
  readonly value: Value;
  /** Bytes of the value in UTF-8, 0 for an absent key. */
  readonly byteCount: number;
  /**
   * Lower bound of the store's revision. For a present key: the revision of its last write, or a bound to
   * it.
   */
  readonly revision: number;
  /** Whether the key is present and its revision is known exactly. */
  readonly isExact: boolean;
}

/** The state before the first write. */
export const initialState: State = { value: undefined, byteCount: 0, revision: 0, isExact: false };

/**
 * The state after `operation` took effect in `state`: the same object if it changes nothing, and
 * `undefined` if its answer is impossible. An open operation fits any state.
 */
export function step(state: State, operation: Operation): State | undefined {
  switch (operation.name) {
    case 'get':
      return read(state, operation);
    case 'put': {
      const { value, fate } = operation;
      return write(state, { value, byteCount: byteCountOf(value) }, answerOf(fate)?.revision);
    }
    case 'append': {
      const value = (state.value ?? '') + operation.value;
      const byteCount = state.byteCount + byteCountOf(operation.value);
      const answer = answerOf<'append'>(operation.fate);
      if ((answer?.length ?? byteCount) !== byteCount) return undefined;
      return write(state, { value, byteCount }, answer?.revision);
    }
    case 'delete':
      return remove(state, operation);
    case 'increment':
      return add(state, operation);
  }
}

/** The answer of an operation, if it was answered. */
export function answerOf<N extends OperationName>(fate: Fate<Answers[N]>): Answers[N] | undefined {
  return fate.name === 'ok' ? fate.answer : undefined;
}

function read(state: State, { fate }: Get): State | undefined {
  const answer = answerOf<'get'>(fate);
  if (answer === undefined) return state;
  if (answer.value !== state.value) return undefined;
  if (answer.revision === undefined || state.value === undefined) return state;
  const { revision } = answer;
  if (state.isExact) return revision === state.revision ? state : undefined;
  return revision >= state.revision ? { ...state, revision, isExact: true } : undefined;
}

function remove(state: State, { fate }: Delete): State | undefined {
  const { deleted, revision } = answerOf<'delete'>(fate) ?? {};
  const isPresent = state.value !== undefined;
  if ((deleted ?? isPresent) !== isPresent) return undefined;
  if (isPresent) {
    const removed = write(state, { value: undefined, byteCount: 0 }, revision);
    return removed && { ...removed, isExact: false };
  }
  if (revision === undefined || revision === state.revision) return state;
  return revision > state.revision ? { ...state, revision } : undefined;
}

/** If the store would refuse it, an open increment changes nothing, and an answered one does not fit. */
function add(state: State, { by, fate }: Increment): State | undefined {
  const answer = answerOf<'increment'>(fate);
  const before = counterOf(state);
  if (before === undefined) return fate.name === 'open' ? state : undefined;
  const value = String(before + BigInt(by));
  if ((answer?.value ?? value) !== value) return undefined;
  return write(state, { value, byteCount: byteCountOf(value) }, answer?.revision);
}

/** The counter that a key holds, 0 for an absent one. Tests never reach the limits of a counter. */
export function counterOf({ value = '0' }: Pick<State, 'value'>): bigint | undefined {
  return /^(?:0|-?[1-9][0-9]{0,17})$/.test(value) ? BigInt(value) : undefined;
}

/** Every write has a unique revision, above all earlier ones. */
function write(
  { revision }: State,
  content: Pick<State, 'value' | 'byteCount'>,
  answeredRevision: number | undefined,
): State | undefined {
  if (answeredRevision === undefined) return { ...content, revision: revision + 1, isExact: false };
  if (answeredRevision <= revision) return undefined;
  return { ...content, revision: answeredRevision, isExact: true };
}

/** Length in UTF-8. */
export function byteCountOf(text: string): number {
  return Buffer.byteLength(text);
}
