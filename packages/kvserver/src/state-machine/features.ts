/**
 * Feature levels: what the log and the state of a cluster may mean. The level is replicated state, and a decision
 * raises it once every server can run at the higher one; until then a newer version behaves as the older one.
 * A version with a new feature raises `highest` by one; the code of the feature reads the level in the state.
 * Rule: a level that was released keeps its meaning for good.
 */
import { type Command, type CommandType, operationsOf, type Request } from '@paxkv/protocol';
import { StateError } from './state-error.ts';

/** The level of a new cluster, and of each state written before levels were recorded. */
export const baseLevel = 1;

/** The level from which on there is an auth table, and requests in the log have principals. */
export const authLevel = 2;

/** Feature levels from `lowest` to `highest`, both included. */
export interface LevelRange {
  readonly lowest: number;
  readonly highest: number;
}

/** The levels that a version can run at, and what each level adds. */
export interface Version extends LevelRange {
  /** The level from which on a command may be in the log. A command that is absent may be at every level. */
  readonly commands: Readonly<Partial<Record<CommandType, number>>>;
}

/**
 * From this level on the cluster has an incarnation, and sessions have random ids and owners. Sessions of a lower
 * level end when the level is raised to it.
 */
export const ownedSessionsLevel = 2;

/** The level from which on there are transactions, and commands that remove ranges. */
export const transactionLevel = 3;

/** The level from which on there are leases. */
export const leaseLevel = 4;

/** The version of this source. */
export const thisVersion: Version = {
  lowest: baseLevel,
  highest: leaseLevel,
  commands: {
    getAuth: authLevel,
    setAuth: authLevel,
    transact: transactionLevel,
    deleteRange: transactionLevel,
    grantLease: leaseLevel,
    renewLease: leaseLevel,
    revokeLease: leaseLevel,
    putLeased: leaseLevel,
    putTtl: leaseLevel,
  },
};

/** The level from which on the command, and each operation in it, may be in the log. */
export function levelOf(command: Command, { commands }: Version): number {
  let level = commands[command.type] ?? baseLevel;
  if (command.type !== 'transact') return level;
  for (const { type } of operationsOf(command))
    level = Math.max(level, commands[type] ?? baseLevel);
  return level;
}

/** The level from which on the request may be in the log: an older server could not read a principal there. */
export function requestLevelOf(
  { command, principal }: Pick<Request, 'command' | 'principal'>,
  version: Version,
): number {
  return Math.max(levelOf(command, version), principal === undefined ? baseLevel : authLevel);
}

/** Whether a server with these levels can run at `level`. */
export function includesLevel({ lowest, highest }: LevelRange, level: number): boolean {
  return level >= lowest && level <= highest;
}

/** The error of a server that cannot run at the level of its cluster: `STATE_LEVEL_UNSUPPORTED`. */
export function unsupportedLevel(level: number, { lowest, highest }: LevelRange): StateError {
  const levels = lowest === highest ? `level ${lowest}` : `levels ${lowest} to ${highest}`;
  const advice =
    level > highest
      ? 'Start a newer version on this server; its data stays as it is.'
      : 'Upgrade by way of a version in between, and let it raise the level first.';
  return new StateError(
    'STATE_LEVEL_UNSUPPORTED',
    `The cluster runs at feature level ${level}, and this version supports ${levels}. ${advice}`,
  );
}

/** @throws StateError `STATE_LEVEL_UNSUPPORTED` unless this version can run at `level`. */
export function expectLevel(range: LevelRange, level: number): void {
  if (!includesLevel(range, level)) throw unsupportedLevel(level, range);
}
