/**
 * Watch invariants: a watch shows each change of its keys that was decided, once and in order, and every change after the
 * revision at which it began up to the one it has reached. Checked after the run.
 */
import type { Verdict } from '../verdict.ts';

/** A change that was shown or decided, or an entry that was present. */
export interface Shown {
  readonly key: string;
  readonly revision: number;
  /** Absent if the key was removed. */
  readonly value: string | undefined;
}

/** What one watch showed, continued by others after the last revision that it had reached. */
export interface Sighting {
  readonly prefix: string;
  /** The revision at which it began. */
  readonly after: number;
  /** The entries that were present then, in the order of their keys; absent if the watch did not ask for them. */
  readonly present: readonly Shown[] | undefined;
  readonly changes: readonly Shown[];
  /** The revision that it has reached. */
  readonly revision: number;
}

/** `decided`: all changes since the first instance, in order. */
export function checkSightings(
  sightings: readonly Sighting[],
  decided: readonly Shown[],
  verdict: Verdict,
): void {
  for (const { prefix, after, present, changes, revision } of sightings) {
    const ofPrefix = decided.filter(({ key }) => key.startsWith(prefix));
    const due = ofPrefix.filter((change) => change.revision > after && change.revision <= revision);
    const place = `a watch of "${prefix}" after ${after} up to ${revision}`;
    expectSame(changes, due, verdict, `${place} shows every change once`);
    if (present === undefined) continue;
    const before = ofPrefix.filter((change) => change.revision <= after);
    expectSame(present, presentAfter(before), verdict, `${place} begins with what is present`);
  }
}

function expectSame(
  shown: readonly Shown[],
  due: readonly Shown[],
  verdict: Verdict,
  what: string,
): void {
  const length = Math.max(shown.length, due.length);
  for (let index = 0; index < length; index += 1) {
    const [one, other] = [shown[index], due[index]];
    if (one?.key === other?.key && one?.revision === other?.revision && one?.value === other?.value)
      continue;
    verdict.fail(
      'a watch shows what was decided',
      `${what}, but as number ${index} it showed ${nameOf(one)} in place of ${nameOf(other)}`,
    );
    return;
  }
}

function presentAfter(changes: readonly Shown[]): readonly Shown[] {
  const latest = new Map(changes.map((change) => [change.key, change]));
  const present = [...latest.values()].filter(({ value }) => value !== undefined);
  return present.sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)));
}

function nameOf(shown: Shown | undefined): string {
  if (shown === undefined) return 'nothing';
  const { key, revision, value } = shown;
  return value === undefined ? `the end of ${key} at ${revision}` : `${key} at ${revision}`;
}
