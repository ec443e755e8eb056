/**
 * A second check of a history, which needs no search: every value consists of elements that were written,
 * each at most once, none from a write that certainly failed; and every acknowledged append to a ledger is
 * in the final value, on every node.
 */
import type { HistoryEvent, Invoke } from '../../history/event.ts';

type Fate = 'ok' | 'fail' | 'info' | 'open';

interface Write {
  readonly key: string;
  readonly name: 'put' | 'append';
  fate: Fate;
}

/** The final answers of each node, by key. */
export type FinalAnswers = ReadonlyMap<number, ReadonlyMap<string, string | undefined>>;

/** The violations of the history, one line each; empty if there are none. */
export function audit(events: readonly HistoryEvent[], finalAnswers: FinalAnswers): string[] {
  const writes = writesOf(events);
  return [...readFindings(events, writes), ...lostFindings(writes, finalAnswers)];
}

/**
 * Every write by its element. @throws Error if an element was written twice, since the audit needs unique
 * elements
 */
function writesOf(events: readonly HistoryEvent[]): Map<string, Write> {
  const writes = new Map<string, Write>();
  const byId = new Map<number, Write>();
  for (const event of events) {
    if (event.type === 'invoke') note(event, writes, byId);
    else {
      const write = byId.get(event.id);
      if (write !== undefined) write.fate = event.type;
    }
  }
  return writes;
}

function note({ id, key, request }: Invoke, writes: Map<string, Write>, byId: Map<number, Write>) {
  if (request.name !== 'put' && request.name !== 'append') return;
  const [element = ''] = elementsOf(request.value);
  if (writes.has(element)) throw new Error(`element ${element} is written twice`);
  const write: Write = { key, name: request.name, fate: 'open' };
  writes.set(element, write);
  byId.set(id, write);
}

function readFindings(
  events: readonly HistoryEvent[],
  writes: ReadonlyMap<string, Write>,
): string[] {
  return events.flatMap((event) => {
    if (event.type !== 'ok' || event.answer.name !== 'get') return [];
    const elements = elementsOf(event.answer.value ?? '');
    const found = elements.flatMap((element, index) => {
      const write = writes.get(element);
      if (write === undefined || write.key !== event.key) return [`${element} was never written`];
      if (elements.indexOf(element) !== index) return [`${element} is present twice`];
      if (write.fate === 'fail') return [`${element} is present, though its write failed`];
      return [];
    });
    return found.map((what) => `get ${event.id} of ${event.key}: ${what}`);
  });
}

function lostFindings(writes: ReadonlyMap<string, Write>, finalAnswers: FinalAnswers): string[] {
  const kept = [...writes].filter(([, { key, fate }]) => isLedger(key) && fate === 'ok');
  return [...finalAnswers].flatMap(([node, values]) => {
    const present = new Map(
      [...values].map(([key, value]) => [key, new Set(elementsOf(value ?? ''))]),
    );
    return kept
      .filter(([element, { key }]) => present.get(key)?.has(element) !== true)
      .map(([element, { key }]) => `node ${node}: acknowledged ${element} of ${key} is lost`);
  });
}

function isLedger(key: string): boolean {
  return key.startsWith('ledger-');
}

function elementsOf(value: string): string[] {
  return value.split(' ').slice(0, -1);
}
