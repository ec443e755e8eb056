/**
 * Exports histories for checkers of registers, a file for each key, an event per line:
 *
 * ```text
 *   INFO  jepsen.util - 3  :invoke  :write  17
 *   INFO  jepsen.util - 3  :ok  :write  17
 * ```
 *
 * The format has reads and writes of integers, and a register that holds `nil` at first. So
 * values are numbered from 1 for each key, and a delete is a write of 0. If a key is ever deleted, 0
 * stands for absence from the start: its file begins with a write of 0. The format has no appends or increments:
 * keys with them are left out. Revisions and the answers of deletes are lost.
 */
import type { Operation, Value } from '../operation.ts';
import { byKey, type LeftOut, type Placed, toText } from './export.ts';

export interface RegisterFile {
  readonly key: string;
  readonly text: string;
}

const absenceNumber = 0;

export function toJepsenRegister(operations: readonly Operation[]): {
  readonly files: readonly RegisterFile[];
  readonly leftOut: readonly LeftOut[];
} {
  const files: RegisterFile[] = [];
  const leftOut: LeftOut[] = [];
  for (const [key, ofKey] of byKey(operations)) {
    if (ofKey.some(({ name }) => name === 'append')) {
      leftOut.push({ key, reason: 'a register cannot be appended to' });
    } else if (ofKey.some(({ name }) => name === 'increment')) {
      leftOut.push({ key, reason: 'a register cannot be incremented' });
    } else {
      files.push({ key, text: toRegister(ofKey) });
    }
  }
  return { files, leftOut };
}

function toRegister(operations: readonly Operation[]): string {
  const isEverDeleted = operations.some(({ name }) => name === 'delete');
  const toNumber = numbering(isEverDeleted ? `${absenceNumber}` : 'nil');
  const lines = operations.flatMap((operation) => toLines(operation, toNumber));
  if (!isEverDeleted) return toText(lines);
  const process = Math.max(...operations.map((operation) => operation.process)) + 1;
  const value = toNumber(undefined);
  return toText([
    { position: -2, line: toLine(process, ':invoke', ':write', value) },
    { position: -1, line: toLine(process, ':ok', ':write', value) },
    ...lines,
  ]);
}

/** Numbers the values in order of appearance. */
function numbering(absence: string): (value: Value) => string {
  const numbers = new Map<string, number>();
  return (value) => {
    if (value === undefined) return absence;
    const number = numbers.get(value) ?? absenceNumber + 1 + numbers.size;
    numbers.set(value, number);
    return `${number}`;
  };
}

function toLines(operation: Operation, toNumber: (value: Value) => string): Placed[] {
  const { name, process, position, fate } = operation;
  if (name === 'get') {
    // A get without an end has no information.
    if (fate.name === 'open') return [];
    const end =
      fate.name === 'ok'
        ? toLine(process, ':ok', ':read', toNumber(fate.answer.value))
        : toLine(process, ':fail', ':read', ':timed-out');
    return [
      { position, line: toLine(process, ':invoke', ':read', 'nil') },
      { position: fate.position, line: end },
    ];
  }
  // A write that certainly failed is left out.
  if (fate.name === 'failed') return [];
  const value = toNumber(name === 'put' ? operation.value : undefined);
  const begin = { position, line: toLine(process, ':invoke', ':write', value) };
  if (fate.name === 'ok') {
    return [begin, { position: fate.position, line: toLine(process, ':ok', ':write', value) }];
  }
  if (fate.gaveUp === undefined) return [begin];
  const line = toLine(process, ':info', ':write', ':timed-out');
  return [begin, { position: fate.gaveUp.position, line }];
}

function toLine(process: number, ...fields: readonly string[]): string {
  return [`INFO  jepsen.util - ${process}`, ...fields].join('\t');
}
