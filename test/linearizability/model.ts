/**
 * What one key of the store must do, one operation after another: the specification that every history
 * is held to. An answer fits if everything it told is so; what it left out is not looked at.
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

/** A key between two operations. Never changed: an operation gives a new one. */
export interface State {
  readonly value: Value;
  /** Bytes of the value in UTF-8, 0 for an absent key. */
  readonly byteCount: number;
  /** The store's revision is at least this. Of a present key: that of its last write, or a bound to it. */
  readonly revision: number;
  /** Whether the key is present and its revision known for certain. */
  readonly isExact: boolean;
}

/** Nothing was written yet. */
export const initialState: State = { value: undefined, byteCount: 0, revision: 0, isExact: false };

/**
 * The state after `operation` took effect in `state`: the very same object if it changes nothing, and
 * `undefined` if its client cannot have been told what it was told. An open operation fits anywhere.
 */
export function step(state: State, operation: Operation): State | undefined {
  switch (operation.name) {
    case 'get':
      return read(state, operation);
    case 'put': {
      const { value, fate } = operation;
      return write(state, { value, byteCount: byteCountOf(value) }, told(fate)?.revision);
    }
    case 'append': {
      const value = (state.value ?? '') + operation.value;
      const byteCount = state.byteCount + byteCountOf(operation.value);
      const answer = told<'append'>(operation.fate);
      if ((answer?.length ?? byteCount) !== byteCount) return undefined;
      return write(state, { value, byteCount }, answer?.revision);
    }
    case 'delete':
      return remove(state, operation);
    case 'increment':
      return add(state, operation);
  }
}

/** What an operation that was answered told its client. */
export function told<N extends OperationName>(fate: Fate<Answers[N]>): Answers[N] | undefined {
  return fate.name === 'ok' ? fate.answer : undefined;
}

function read(state: State, { fate }: Get): State | undefined {
  const answer = told<'get'>(fate);
  if (answer === undefined) return state;
  if (answer.value !== state.value) return undefined;
  if (answer.revision === undefined || state.value === undefined) return state;
  const { revision } = answer;
  if (state.isExact) return revision === state.revision ? state : undefined;
  return revision >= state.revision ? { ...state, revision, isExact: true } : undefined;
}

function remove(state: State, { fate }: Delete): State | undefined {
  const { deleted, revision } = told<'delete'>(fate) ?? {};
  const isPresent = state.value !== undefined;
  if ((deleted ?? isPresent) !== isPresent) return undefined;
  if (isPresent) {
    const removed = write(state, { value: undefined, byteCount: 0 }, revision);
    return removed && { ...removed, isExact: false };
  }
  if (revision === undefined || revision === state.revision) return state;
  return revision > state.revision ? { ...state, revision } : undefined;
}

/** Where the store would refuse, an open increment changes nothing, and an answered one does not fit. */
function add(state: State, { by, fate }: Increment): State | undefined {
  const answer = told<'increment'>(fate);
  const before = counterOf(state);
  if (before === undefined) return fate.name === 'open' ? state : undefined;
  const value = String(before + BigInt(by));
  if ((answer?.value ?? value) !== value) return undefined;
  return write(state, { value, byteCount: byteCountOf(value) }, answer?.revision);
}

/** The counter that a key holds, 0 for an absent one. In tests none comes near its limits. */
export function counterOf({ value = '0' }: Pick<State, 'value'>): bigint | undefined {
  return /^(?:0|-?[1-9][0-9]{0,17})$/.test(value) ? BigInt(value) : undefined;
}

/** Every write has a revision of its own, above all before it. */
function write(
  { revision }: State,
  content: Pick<State, 'value' | 'byteCount'>,
  toldRevision: number | undefined,
): State | undefined {
  if (toldRevision === undefined) return { ...content, revision: revision + 1, isExact: false };
  if (toldRevision <= revision) return undefined;
  return { ...content, revision: toldRevision, isExact: true };
}

/** In UTF-8. */
export function byteCountOf(text: string): number {
  return Buffer.byteLength(text);
}
