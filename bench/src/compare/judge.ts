/**
 * Decides whether a goal holds. Ratios are taken per round, so that both sides had the same machine state.
 */
import type { StoreName } from '../stores/store.ts';
import type { Figure, Goal, Judgement, Unit } from './result.ts';
import { medianOf } from './statistics.ts';

export function judge(goal: Goal, figures: readonly Figure[], unit: Unit): Judgement {
  const measured = goal.type === 'ratio' ? ratioTo(goal.peer, figures, unit) : ownOf(goal, figures);
  if (measured === undefined || Number.isNaN(measured)) return { goal, verdict: 'not judged' };
  return { goal, measured, verdict: isHeld(goal, measured) ? 'holds' : 'missed' };
}

/**
 * Median over the rounds of the ratio of paxkv to the peer's best; `undefined` if either was not measured.
 */
export function ratioTo(
  peer: StoreName,
  figures: readonly Figure[],
  unit: Unit,
): number | undefined {
  const own = bestOf('paxkv', figures, unit);
  const other = bestOf(peer, figures, unit);
  const roundCount = Math.min(own.length, other.length);
  if (roundCount === 0) return undefined;
  // A store that is measured in fewer rounds, such as etcd when its leader is killed, has no pairs.
  if (own.length !== other.length) return medianOf(own) / medianOf(other);
  return medianOf(own.map((value, round) => value / (other[round] ?? Number.NaN)));
}

/** The best value of each round over all clients of a store. */
function bestOf(store: StoreName, figures: readonly Figure[], unit: Unit): number[] {
  const clients = figures.filter((figure) => figure.store === store);
  const better = unit === 'perSecond' ? Math.max : Math.min;
  const roundCount = Math.max(0, ...clients.map(({ values }) => values.length));
  return Array.from({ length: roundCount }, (_, round) =>
    better(...clients.flatMap(({ values }) => values[round] ?? [])),
  );
}

function ownOf(goal: Goal & { type: 'limit' }, figures: readonly Figure[]): number | undefined {
  const own = figures.find(({ store }) => store === 'paxkv')?.values ?? [];
  if (own.length === 0) return undefined;
  return goal.of === 'median' ? medianOf(own) : Math.max(...own);
}

function isHeld(goal: Goal, measured: number): boolean {
  if (goal.type === 'limit') return measured <= goal.atMost;
  return goal.bound === 'at least' ? measured >= goal.ratio : measured <= goal.ratio;
}
