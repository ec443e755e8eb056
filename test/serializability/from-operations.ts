/** Histories of single keys as transactions of one step, so that both checkers can judge them. */
import type { Operation } from '../history/operation.ts';
import type { Answer, Transaction } from './transaction.ts';

/** Increments have no counterpart. @throws TypeError for one */
export function fromOperations(operations: readonly Operation[]): Transaction[] {
  return operations.filter(({ fate }) => fate.name !== 'failed').map(fromOperation);
}

function fromOperation(operation: Operation): Transaction {
  const { id, position, key, name } = operation;
  const made = { id, position, compares: [], writes: [], reads: [] };
  const fate = (answer: Answer): Transaction['fate'] =>
    operation.fate.name === 'ok'
      ? { name: 'ok', position: operation.fate.position, answer }
      : { name: 'open' };
  const answered = operation.fate.name === 'ok' ? operation.fate.answer : {};
  const revision = answered.revision === undefined ? {} : { revision: answered.revision };
  switch (name) {
    case 'get': {
      const value = operation.fate.name === 'ok' ? operation.fate.answer.value : undefined;
      const entries = value === undefined ? [] : [{ key, value, ...revision }];
      return { ...made, reads: [{ key }], fate: fate({ entries }) };
    }
    case 'put':
    case 'append':
      return { ...made, writes: [{ name, key, value: operation.value }], fate: fate(revision) };
    case 'delete': {
      const { deleted } = operation.fate.name === 'ok' ? operation.fate.answer : {};
      const compares = deleted === undefined ? [] : [{ key, isPresent: true }];
      const answer = { ...revision, ...(deleted === undefined ? {} : { succeeded: deleted }) };
      return { ...made, compares, writes: [{ name, key }], fate: fate(answer) };
    }
    case 'increment':
      throw new TypeError('an increment is no transaction of this model');
  }
}
