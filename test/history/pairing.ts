/**
 * Converts events to operations: pairs each call with its end, or leaves it open. Enforces the rules of a
 * history: one operation at a time for each process, and none after an unknown outcome.
 */
import type { Answer, End, HistoryEvent, Invoke } from './event.ts';
import { HistoryError, nameOf } from './json-lines.ts';
import type { Answers, Fate, Operation, OperationName } from './operation.ts';

/**
 * The operations of a history, in the order of their calls.
 *
 * @throws HistoryError if events do not pair; its line counts events from 1, as lines of a file do.
 */
export function toOperations(events: readonly HistoryEvent[]): Operation[] {
  const pairs = new Pairs();
  for (const [position, event] of events.entries()) {
    const problem =
      event.type === 'invoke' ? pairs.begin(event, position) : pairs.end(event, position);
    if (problem !== undefined) throw new HistoryError(position + 1, problem);
  }
  return pairs.operations();
}

interface Pair {
  readonly invoke: Invoke;
  readonly position: number;
  end?: { readonly event: End; readonly position: number };
}

/** Pending calls. `begin` and `end` return a description of what is wrong with an event. */
class Pairs {
  readonly #pairs = new Map<number, Pair>();
  /** The open operation of each process, or the mark that the process has ended. */
  readonly #processes = new Map<number, number | 'lost'>();

  begin(invoke: Invoke, position: number): string | undefined {
    const { id, process } = invoke;
    const busy = this.#processes.get(process);
    if (busy === 'lost') return `process ${process} continues after an unknown outcome`;
    if (busy !== undefined) return `process ${process} has operation ${busy} open`;
    if (this.#pairs.has(id)) return `operation ${id} is there twice`;
    this.#processes.set(process, id);
    this.#pairs.set(id, { invoke, position });
    return undefined;
  }

  end(event: End, position: number): string | undefined {
    const { id, process, key } = event;
    const pair = this.#pairs.get(id);
    if (pair === undefined || this.#processes.get(process) !== id) {
      return `process ${process} has no operation ${id} open`;
    }
    const began = nameOf(pair.invoke);
    if (nameOf(event) !== began || key !== pair.invoke.key) {
      return `operation ${id} began as a ${began} of ${JSON.stringify(pair.invoke.key)}`;
    }
    if (event.type === 'info') this.#processes.set(process, 'lost');
    else this.#processes.delete(process);
    pair.end = { event, position };
    return undefined;
  }

  operations(): Operation[] {
    return [...this.#pairs.values()].map(toOperation);
  }
}

function toOperation(pair: Pair): Operation {
  const { id, process, key, request } = pair.invoke;
  const made = { id, process, key, position: pair.position };
  switch (request.name) {
    case 'get':
      return { ...made, name: 'get', fate: fateOf(pair, 'get') };
    case 'put':
      return { ...made, name: 'put', value: request.value, fate: fateOf(pair, 'put') };
    case 'append':
      return { ...made, name: 'append', value: request.value, fate: fateOf(pair, 'append') };
    case 'delete':
      return { ...made, name: 'delete', fate: fateOf(pair, 'delete') };
    case 'increment':
      return { ...made, name: 'increment', by: request.by, fate: fateOf(pair, 'increment') };
  }
}

function fateOf<N extends OperationName>({ end }: Pair, name: N): Fate<Answers[N]> {
  if (end === undefined) return { name: 'open' };
  const { event, position } = end;
  if (event.type === 'info') {
    return { name: 'open', gaveUp: { position, code: event.code } };
  }
  if (event.type === 'fail') return { name: 'failed', position, code: event.code };
  if (!isAnswerTo(event.answer, name)) throw new TypeError(`${event.answer.name} is no ${name}`);
  return { name: 'ok', position, answer: event.answer };
}

function isAnswerTo<N extends OperationName>(
  answer: Answer,
  name: N,
): answer is Answer & Answers[N] & { readonly name: N } {
  return answer.name === name;
}
