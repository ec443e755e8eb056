/** Verdicts as text: a minimal set of operations that shows the violation, drawn in real time. */
import type { Operation } from '../history/operation.ts';
import type { RevisionProblem } from './revisions.ts';
import type { Search } from './search.ts';
import { toShortestViolation } from './shortest-violation.ts';

const shownOperationsMax = 14;
const shownCharactersMax = 32;

/** `operations` are those of one key, and violated. */
export function explainViolation(operations: readonly Operation[]): string {
  const { culprit, operations: part, order } = toShortestViolation(operations);
  const shown = pick(part, culprit);
  const hiddenCount = part.length - shown.length;
  const last = order.slice(-3).map(({ id }) => `#${id}`);
  return [
    `key ${show(part[0]?.key)}: no order of its operations explains the answers`,
    ...(culprit === undefined
      ? []
      : [`an order exists without the answer of operation #${culprit.id}`]),
    `the longest order ${last.length === 0 ? 'is empty' : `ends with ${last.join(', ')}`}; no operation fits after it`,
    ...(hiddenCount === 0 ? [] : [`(${hiddenCount} operations before these are not shown)`]),
    ...draw(shown, culprit),
  ].join('\n');
}

export function explainRevisions({ message, operations }: RevisionProblem): {
  key: string;
  explanation: string;
} {
  const key = operations.at(-1)?.key ?? '';
  return { key, explanation: [message, ...draw(operations)].join('\n') };
}

export function explainUnknown(operations: readonly Operation[], { stepCount }: Search): string {
  const openCount = operations.filter(({ fate }) => fate.name === 'open').length;
  const counts = `${operations.length} operations, ${openCount} of them open`;
  return `key ${show(operations[0]?.key)}: no verdict after ${stepCount} steps (${counts})`;
}

/** The last operations, and the writes whose values a get among them read. */
function pick(operations: readonly Operation[], culprit: Operation | undefined): Operation[] {
  const late = new Set(operations.slice(-shownOperationsMax));
  if (culprit !== undefined) late.add(culprit);
  const read = new Set([...late].map(readValueOf));
  return operations.filter(
    (operation) => late.has(operation) || (operation.name === 'put' && read.has(operation.value)),
  );
}

function readValueOf(operation: Operation): string | undefined {
  if (operation.name !== 'get' || operation.fate.name !== 'ok') return undefined;
  return operation.fate.answer.value;
}

/** A line for each operation, with a bar from call to end; `▶` where it has no end. */
function draw(operations: readonly Operation[], culprit?: Operation): string[] {
  const moments = operations
    .flatMap((operation) => [operation.position, endOf(operation)])
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const columnOf = (position: number) => 2 * moments.indexOf(position);
  const texts = operations.map(describe);
  const width = Math.max(...texts.map(({ length }) => length));
  return operations.map((operation, index) => {
    const end = endOf(operation);
    const start = columnOf(operation.position);
    const isOpen = !Number.isFinite(end);
    const stop = isOpen ? 2 * moments.length : columnOf(end);
    const bar = `├${'─'.repeat(stop - start - 1)}${isOpen ? '▶' : '┤'}`;
    const mark = operation.id === culprit?.id ? ' ✗' : '';
    return `  ${texts[index]?.padEnd(width)}  ${' '.repeat(start)}${bar}${mark}`;
  });
}

/** One operation in one line: number, process, call, answer. */
function describe(operation: Operation): string {
  const { id, process, name, key } = operation;
  const given = 'by' in operation ? String(operation.by) : undefined;
  const value = 'value' in operation ? ` ${show(operation.value)}` : given ? ` ${given}` : '';
  return `#${id} process ${process} ${name} ${show(key)}${value} → ${describeFate(operation)}`;
}

function describeFate(operation: Operation): string {
  const { fate } = operation;
  if (fate.name === 'open')
    return ['unknown', ...(fate.gaveUp ? [fate.gaveUp.code] : [])].join(', ');
  if (fate.name === 'failed') return `failed, ${fate.code}`;
  const { answer } = fate;
  const details = [
    ...('value' in answer ? [show(answer.value)] : []),
    ...('length' in answer && answer.length !== undefined ? [`length ${answer.length}`] : []),
    ...('deleted' in answer ? [answer.deleted ? 'was there' : 'was absent'] : []),
    ...(answer.revision === undefined ? [] : [`revision ${answer.revision}`]),
  ];
  return details.join(', ') || 'ok';
}

/** As JSON; a long text is shortened in the middle. */
function show(text: string | undefined): string {
  if (text === undefined) return 'absent';
  const shown = JSON.stringify(text);
  if (shown.length <= shownCharactersMax) return shown;
  const half = shownCharactersMax / 2;
  return `${shown.slice(0, half)}…${shown.slice(-half)}`;
}

function endOf({ fate }: Operation): number {
  return fate.name === 'open' ? Number.POSITIVE_INFINITY : fate.position;
}
