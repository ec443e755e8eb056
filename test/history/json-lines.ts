/**
 * Histories as text: one JSON object per line, in the order of real time. Input comes from a file, so
 * every field is checked, and an error names the first invalid line.
 *
 * ```text
 *   {"t":5,"p":0,"id":7,"type":"invoke","f":"append","k":"log","v":"x"}
 *   {"t":9,"p":0,"id":7,"type":"ok","f":"append","k":"log","rev":12,"length":3}
 * ```
 *
 * | Field | Meaning |
 * | --- | --- |
 * | `t` | nanoseconds on the recorder's clock, never less than in the line before |
 * | `p` | process |
 * | `id` | number of the operation, the same at its call and at its end |
 * | `type` | `invoke`, `ok`, `fail`, `info` |
 * | `f` | `get`, `put`, `append`, `delete`, `increment` |
 * | `k` | key |
 * | `v` | value: in a call, the value to write; in an answered get, the value read, `null` for absent; in an answered increment, the counter |
 * | `by` | the summand of an increment |
 * | `rev` | revision of the answer, if it has one |
 * | `length`, `deleted` | the rest of the answer to an append, to a delete, if it has one |
 * | `node` | the server asked, if it is known |
 * | `err` | with `fail` and `info`: the code |
 */
import type { Answer, HistoryEvent, Request } from './event.ts';
import { type OperationName, operationNames } from './operation.ts';

/** An invalid history, with the line of the first error. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  /** Line number, from 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

/** The event as one line, its newline included. */
export function toLine(event: HistoryEvent): string {
  const { at, process, id, type, key, node } = event;
  const rest = { k: key, ...toContent(event), node };
  return `${JSON.stringify({ t: at, p: process, id, type, f: nameOf(event), ...rest })}\n`;
}

/** Fields of a call, of an answer, or of a failure. */
export function nameOf(event: HistoryEvent): OperationName {
  if (event.type === 'invoke') return event.request.name;
  return event.type === 'ok' ? event.answer.name : event.name;
}

function toContent(event: HistoryEvent): Fields {
  if (event.type === 'fail' || event.type === 'info') return { err: event.code };
  if (event.type === 'invoke') return toAsked(event.request);
  const { answer } = event;
  const rev = answer.revision;
  if (answer.name === 'get') return { v: answer.value ?? null, rev };
  if (answer.name === 'append') return { rev, length: answer.length };
  if (answer.name === 'increment') return { v: answer.value, rev };
  return answer.name === 'delete' ? { rev, deleted: answer.deleted } : { rev };
}

function toAsked(request: Request): Fields {
  if (request.name === 'increment') return { by: request.by };
  return 'value' in request ? { v: request.value } : {};
}

/** Parses a whole history. Empty lines are skipped. @throws HistoryError on the first invalid line */
export function parseLines(text: string): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const fields = new Line(index + 1, line);
    const event = toEvent(fields);
    if (event.at < latest) fields.refuse(`t is ${event.at}, after ${latest}`);
    latest = event.at;
    events.push(event);
  }
  return events;
}

function toEvent(line: Line): HistoryEvent {
  const stamp = {
    at: line.number('t'),
    process: line.count('p'),
    id: line.count('id'),
    key: line.text('k'),
    ...line.optional('node', () => line.count('node')),
  };
  const type = line.oneOf('type', ['invoke', 'ok', 'fail', 'info']);
  const name = line.oneOf('f', operationNames);
  if (type === 'invoke') return { type, ...stamp, request: toRequest(line, name) };
  if (type === 'ok') return { type, ...stamp, answer: toAnswer(line, name) };
  return { type, ...stamp, name, code: line.text('err') };
}

function toRequest(line: Line, name: OperationName): Request {
  if (name === 'get' || name === 'delete') return { name };
  if (name === 'increment') return { name, by: line.integer('by') };
  return { name, value: line.text('v') };
}

function toAnswer(line: Line, name: OperationName): Answer {
  const revision = line.optional('revision', () => line.count('rev'), 'rev');
  switch (name) {
    case 'get':
      return { name, value: line.isNull('v') ? undefined : line.text('v'), ...revision };
    case 'put':
      return { name, ...revision };
    case 'append':
      return { name, ...revision, ...line.optional('length', () => line.count('length')) };
    case 'delete':
      return { name, ...revision, ...line.optional('deleted', () => line.truth('deleted')) };
    case 'increment':
      return { name, ...revision, ...line.optional('value', () => line.text('v'), 'v') };
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** One line, with a checked accessor for each type of field. */
class Line {
  readonly #line: number;
  readonly #fields: Fields;

  constructor(line: number, text: string) {
    this.#line = line;
    const parsed = this.#parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      this.refuse('is no JSON object');
    }
    this.#fields = { ...parsed };
  }

  refuse(message: string): never {
    throw new HistoryError(this.#line, message);
  }

  isNull(field: string): boolean {
    return this.#fields[field] === null;
  }

  number(field: string): number {
    const value = this.#fields[field];
    return typeof value === 'number' ? value : this.#refuseField(field, 'a number');
  }

  integer(field: string): number {
    const value = this.#fields[field];
    const isExact = typeof value === 'number' && Number.isSafeInteger(value);
    return isExact ? value : this.#refuseField(field, 'a whole number');
  }

  count(field: string): number {
    const value = this.#fields[field];
    const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    return isCount ? value : this.#refuseField(field, 'a whole number from 0');
  }

  text(field: string): string {
    const value = this.#fields[field];
    return typeof value === 'string' ? value : this.#refuseField(field, 'a string');
  }

  truth(field: string): boolean {
    const value = this.#fields[field];
    return typeof value === 'boolean' ? value : this.#refuseField(field, 'true or false');
  }

  oneOf<W extends string>(field: string, words: readonly W[]): W {
    const word = words.find((known) => known === this.#fields[field]);
    return word ?? this.#refuseField(field, `one of ${words.join(', ')}`);
  }

  /** The field as an object property called `name`; an empty object if the line does not have it. */
  optional<N extends string, V>(name: N, read: () => V, field: string = name): { [K in N]?: V } {
    const found: { [K in N]?: V } = {};
    if (this.#fields[field] !== undefined) found[name] = read();
    return found;
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      return this.refuse('is no JSON');
    }
  }

  #refuseField(field: string, expected: string): never {
    const found = JSON.stringify(this.#fields[field]) ?? 'missing';
    return this.refuse(`${field} is ${found}, not ${expected}`);
  }
}
