/** Tagged elements that clients append to one key; each must be found once and in order. */
import { expect } from 'chai';

/** The `number`-th element of this client. */
export function element(client: number, number: number): string {
  return `[${client}.${number}]`;
}

/**
 * Each element of client i with a number below `counts[i]` is in `text` once, in its own order; and
 * nothing else is, except for one further element of each client named in `maybe`.
 */
export function expectElements(
  text: string | undefined,
  counts: readonly number[],
  maybe: readonly number[] = [],
): void {
  const found = text?.match(/\[\d+\.\d+\]/g) ?? [];
  expect(found.join('')).to.equal(text ?? '');
  const due = counts.flatMap((count, client) => elementsOf(client, count));
  const extra = maybe.map((client) => element(client, counts[client] ?? 0));
  expect(found.filter((name) => !extra.includes(name))).to.have.members(due);
  for (const [client, count] of counts.entries()) {
    const own = found.filter((name) => name.startsWith(`[${client}.`));
    expect(own).to.deep.equal(elementsOf(client, Math.max(count, own.length)));
  }
}

function elementsOf(client: number, count: number): string[] {
  return Array.from({ length: count }, (_, number) => element(client, number));
}
