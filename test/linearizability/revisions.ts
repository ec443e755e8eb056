/**
 * Checks revisions over all keys, while the search sees one key at a time. The store increments its
 * revision with each write to any key: so no two writes have the same revision, and a write called after
 * an answer was received has a higher one than that answer. One pass over the history.
 */
import type { Operation } from '../history/operation.ts';
import { answerOf } from './model.ts';

/** An answer with a revision. */
interface Mark {
  readonly operation: Operation;
  readonly revision: number;
  readonly end: number;
  /** Whether the operation made the revision, read it, or had no effect at it. */
  readonly role: 'wrote' | 'read' | 'looked';
}

/** A description of the error, with the operations that show it. */
export interface RevisionProblem {
  readonly message: string;
  readonly operations: readonly Operation[];
}

/** Returns the first error, if any. */
export function findRevisionProblem(operations: readonly Operation[]): RevisionProblem | undefined {
  const marks = operations.flatMap((operation) => toMark(operation) ?? []);
  return findShared(marks) ?? findSunk(marks);
}

/** Two writes with the same revision, or two keys that have it. */
function findShared(marks: readonly Mark[]): RevisionProblem | undefined {
  const owners = new Map<number, Mark>();
  for (const mark of marks.filter(({ role }) => role !== 'looked')) {
    const owner = owners.get(mark.revision);
    if (owner === undefined || (owner.role === 'read' && mark.role === 'wrote')) {
      owners.set(mark.revision, mark);
    }
    if (owner === undefined) continue;
    const isSameKey = owner.operation.key === mark.operation.key;
    if (isSameKey && (owner.role === 'read' || mark.role === 'read')) continue;
    const message = `revision ${mark.revision} was used twice`;
    return { message, operations: [owner.operation, mark.operation] };
  }
  return undefined;
}

/** A write with a revision that had already been in an answer before it was called. */
function findSunk(marks: readonly Mark[]): RevisionProblem | undefined {
  const calls = marks.toSorted((a, b) => a.operation.position - b.operation.position);
  const ends = marks.toSorted((a, b) => a.end - b.end).values();
  let next = ends.next();
  let highest: Mark | undefined;
  for (const mark of calls) {
    for (; !next.done && next.value.end < mark.operation.position; next = ends.next()) {
      if (next.value.revision > (highest?.revision ?? -1)) highest = next.value;
    }
    if (highest === undefined || mark.role === 'read') continue;
    const isAbove = mark.revision > highest.revision;
    if (isAbove || (mark.role === 'looked' && mark.revision === highest.revision)) continue;
    const message = `revision ${mark.revision} came after revision ${highest.revision} was known`;
    return { message, operations: [highest.operation, mark.operation] };
  }
  return undefined;
}

function toMark(operation: Operation): Mark | undefined {
  const { name, fate } = operation;
  if (fate.name !== 'ok') return undefined;
  const { revision } = fate.answer;
  if (revision === undefined || isAbsent(fate.answer)) return undefined;
  const role = name === 'get' ? 'read' : hasWritten(operation) ? 'wrote' : 'looked';
  return { operation, revision, end: fate.position, role };
}

/** A delete without `deleted` in its answer may have had an effect or not; the weaker case is assumed. */
function hasWritten(operation: Operation): boolean {
  return operation.name !== 'delete' || answerOf<'delete'>(operation.fate)?.deleted === true;
}

/** Whether a get found nothing: then its revision belongs to no write. */
function isAbsent(answer: object): boolean {
  return 'value' in answer && answer.value === undefined;
}
