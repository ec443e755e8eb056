/**
 * History invariants: what clients were told, as a whole, after the run. First what needs no search;
 * last whether some order of the calls explains every answer.
 */
import type { HistoryEvent } from '../../history/event.ts';
import type { Operation } from '../../history/operation.ts';
import { toOperations } from '../../history/pairing.ts';
import { checkOperations } from '../../linearizability/checker.ts';
import type { Verdict } from '../verdict.ts';
import type { Deeds } from './deeds.ts';

/** What is known of the log. */
type Log = Pick<Deeds, 'wasDecided'>;

/** Whether puts and deletes never go to keys of this name. */
export type IsList = (key: string) => boolean;

const element = /\[\d+\.\d+\]/g;

/** `events` end with a get of every key that was ever used. */
export function judgeHistory(
  events: readonly HistoryEvent[],
  { deeds, verdict, isList }: { deeds: Log; verdict: Verdict; isList: IsList },
): void {
  const operations = toOperations(events);
  for (const operation of operations) {
    if (operation.name === 'get') judgeGet(operation, verdict);
    else judgeWrite(operation, deeds, verdict);
  }
  judgeLists(operations, verdict, isList);
  judgeOrder(operations, verdict);
}

/** A verdict of "unknown" counts as failed: such a history proves nothing. */
function judgeOrder(operations: readonly Operation[], verdict: Verdict): void {
  const order = checkOperations(operations);
  if (order.name === 'violated') verdict.fail('histories are linearizable', order.explanation);
  if (order.name === 'unknown') verdict.fail('histories can be judged', order.explanation);
}

function judgeGet(get: Extract<Operation, { name: 'get' }>, verdict: Verdict): void {
  if (get.fate.name !== 'ok') return;
  const elements = get.fate.answer.value?.match(element) ?? [];
  verdict.check(
    new Set(elements).size === elements.length,
    'a write takes effect once',
    () => `${get.key} was read as ${elements.join('')}`,
  );
}

function judgeWrite(
  write: Exclude<Operation, { name: 'get' }>,
  deeds: Log,
  verdict: Verdict,
): void {
  if (write.fate.name !== 'failed' || !('value' in write)) return;
  const { value, name, key } = write;
  verdict.check(
    !deeds.wasDecided(value),
    'what was not done never is',
    () => `${name} ${value} to ${key} failed for sure, and was decided`,
  );
}

/** Nothing that was appended to a list is ever lost, from the moment it was acknowledged. */
function judgeLists(operations: readonly Operation[], verdict: Verdict, isList: IsList): void {
  const lastReads = new Map<string, string>();
  for (const { name, key, fate } of operations) {
    if (name === 'get' && fate.name === 'ok') lastReads.set(key, fate.answer.value ?? '');
  }
  for (const operation of operations) {
    const { name, key, fate } = operation;
    if (name !== 'append' || !isList(key) || fate.name !== 'ok') continue;
    verdict.check(
      lastReads.get(key)?.includes(operation.value) ?? false,
      'what was acknowledged is never lost',
      () => `${operation.value} is not in ${key}: ${lastReads.get(key)}`,
    );
  }
}
