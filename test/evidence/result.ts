/** What the runners of the tests report as data, so that figures are quoted from files and not by hand. */
import type { Machine } from './machine.ts';

export interface Origin {
  /** The commit of the sources, with a `+` if they differed from it. */
  readonly commit: string;
  readonly machine: Machine;
  /** ISO 8601, in UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly hasPassed: boolean;
}

export interface SimulationBody {
  readonly kind: 'simulation';
  readonly firstSeed: number;
  readonly seedCount: number;
  readonly simulatedHours: number;
  /** Calls of clients, all of which are judged. */
  readonly callCount: number;
  readonly faultCount: number;
  readonly failedSeeds: readonly number[];
  /** Rare states: how often they were reached, and in how many seeds. */
  readonly states: readonly {
    readonly name: string;
    readonly count: number;
    readonly seedCount: number;
  }[];
}

export interface MutantsBody {
  readonly kind: 'mutants';
  /** Each mutant with each test, or the simulation, that must notice it. */
  readonly trials: readonly {
    readonly id: string;
    readonly by: 'test' | 'simulation';
    readonly isCaught: boolean;
    /** Seeds that the simulation took, up to and including the one that failed. */
    readonly seedCount?: number;
  }[];
}

/** Mistakes that were made by rule, and not thought of. */
export interface GeneratedBody {
  readonly kind: 'generated';
  readonly folders: readonly {
    readonly name: string;
    /** The share, from 0 to 1, that must be noticed. */
    readonly scoreMin: number;
    readonly triedCount: number;
    readonly killedCount: number;
    /** Those of the others that change nothing. */
    readonly equivalentCount: number;
  }[];
}

export interface FaultsBody {
  readonly kind: 'faults';
  readonly seed: string;
  readonly runs: readonly {
    readonly kind: string;
    readonly strikeCount: number;
    readonly leaderCount: number;
    readonly callCount: number;
    readonly ackCount: number;
    readonly longestSilenceMs: number;
    readonly slowestRecoveryMs: number;
    readonly findingCount: number;
  }[];
  readonly skippedCount: number;
  /** Runs that could not start. */
  readonly brokenCount: number;
}

export type DamageFate = 'recovered' | 'stopped' | 'failed';

export interface DamageBody {
  readonly kind: 'damage';
  readonly cells: readonly {
    readonly target: string;
    readonly corruption: string;
    readonly extent: string;
    readonly fates: readonly DamageFate[];
  }[];
}

export interface FuzzBody {
  readonly kind: 'fuzz';
  readonly target: string;
  readonly inputCount: number;
  /** Absent if the server did not pass. */
  readonly slowestMs?: number;
  readonly grownBytes?: number;
}

export type Body =
  | SimulationBody
  | MutantsBody
  | GeneratedBody
  | FaultsBody
  | DamageBody
  | FuzzBody;

export type Result = Origin & Body;

/** The bodies of one kind, in the order of their files. */
export function resultsOf<K extends Body['kind']>(
  results: readonly Result[],
  kind: K,
): (Origin & Extract<Body, { kind: K }>)[] {
  return results.filter(
    (result): result is Origin & Extract<Body, { kind: K }> => result.kind === kind,
  );
}

export function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}

/** The main figures of a result, under names for people. */
export function countsOf(body: Body): Record<string, number> {
  switch (body.kind) {
    case 'simulation':
      return {
        seeds: body.seedCount,
        'simulated hours': body.simulatedHours,
        calls: body.callCount,
        faults: body.faultCount,
        failed: body.failedSeeds.length,
      };
    case 'mutants': {
      const mutants = new Set(body.trials.map(({ id }) => id));
      const missed = new Set(body.trials.filter((one) => !one.isCaught).map(({ id }) => id));
      return { mutants: mutants.size, caught: mutants.size - missed.size };
    }
    case 'generated':
      return {
        mutants: sum(body.folders, ({ triedCount }) => triedCount),
        caught: sum(body.folders, ({ killedCount }) => killedCount),
        'change nothing': sum(body.folders, ({ equivalentCount }) => equivalentCount),
      };
    case 'faults':
      return {
        runs: body.runs.length,
        faults: sum(body.runs, ({ strikeCount }) => strikeCount),
        calls: sum(body.runs, ({ callCount }) => callCount),
        failed: body.brokenCount + body.runs.filter(({ findingCount }) => findingCount > 0).length,
        skipped: body.skippedCount,
      };
    case 'damage': {
      const fates = body.cells.flatMap((cell) => cell.fates);
      const count = (fate: DamageFate) => fates.filter((one) => one === fate).length;
      return { recovered: count('recovered'), stopped: count('stopped'), failed: count('failed') };
    }
    case 'fuzz':
      return { inputs: body.inputCount };
  }
}
