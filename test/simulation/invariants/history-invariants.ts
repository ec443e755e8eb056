/**
 * History invariants: rules about all answers that clients got, checked after the run. First come those
 * that need no search; last, whether some order of the calls explains every answer.
 */
import type { HistoryEvent } from '../../history/event.ts';
import type { Operation } from '../../history/operation.ts';
import { toOperations } from '../../history/pairing.ts';
import { checkOperations } from '../../linearizability/checker.ts';
import type { Verdict } from '../verdict.ts';
import type { ReplyAudit } from './reply-audit.ts';

/** What the audit knows of the log. */
type Log = Pick<ReplyAudit, 'wasDecided'>;

/** Whether puts and deletes never go to keys of this name. */
export type IsList = (key: string) => boolean;

const element = /\[\d+\.\d+\]/g;

/** `events` end with a get of every key that was ever used. */
export function checkHistory(
  events: readonly HistoryEvent[],
  { log, verdict, isList }: { log: Log; verdict: Verdict; isList: IsList },
): void {
  const operations = toOperations(events);
  for (const operation of operations) {
    if (operation.name === 'get') checkGet(operation, verdict);
    else checkWrite(operation, log, verdict);
  }
  checkLists(operations, verdict, isList);
  checkOrder(operations, verdict);
}

/** The outcome "unknown" counts as a failure: such a history proves nothing. */
function checkOrder(operations: readonly Operation[], verdict: Verdict): void {
  const order = checkOperations(operations);
  if (order.name === 'violated') verdict.fail('histories are linearizable', order.explanation);
  if (order.name === 'unknown') verdict.fail('histories can be checked', order.explanation);
}

function checkGet(get: Extract<Operation, { name: 'get' }>, verdict: Verdict): void {
  if (get.fate.name !== 'ok') return;
  const elements = get.fate.answer.value?.match(element) ?? [];
  verdict.check(
    new Set(elements).size === elements.length,
    'a write takes effect once',
    () => `${get.key} was read as ${elements.join('')}`,
  );
}

function checkWrite(write: Exclude<Operation, { name: 'get' }>, log: Log, verdict: Verdict): void {
  if (write.fate.name !== 'failed' || !('value' in write)) return;
  const { value, name, key } = write;
  verdict.check(
    !log.wasDecided(value),
    'a failed write never takes effect',
    () => `${name} ${value} to ${key} failed for sure, and was decided`,
  );
}

/** An acknowledged append to a list is never lost. */
function checkLists(operations: readonly Operation[], verdict: Verdict, isList: IsList): void {
  const lastReads = new Map<string, string>();
  for (const { name, key, fate } of operations) {
    if (name === 'get' && fate.name === 'ok') lastReads.set(key, fate.answer.value ?? '');
  }
  for (const operation of operations) {
    const { name, key, fate } = operation;
    if (name !== 'append' || !isList(key) || fate.name !== 'ok') continue;
    verdict.check(
      lastReads.get(key)?.includes(operation.value) ?? false,
      'an acknowledged write is never lost',
      () => `${operation.value} is not in ${key}: ${lastReads.get(key)}`,
    );
  }
}
