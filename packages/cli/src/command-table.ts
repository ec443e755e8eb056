/**
 * The commands, in the order of the help. A command is loaded when the command line names it, since loading all of them
 * takes longer than most commands run.
 */
import { Command } from 'commander';
import { addGlobalOptions } from './options.ts';
import type { RunCommand } from './repl/repl.ts';
import type { Streams } from './streams.ts';

/** Adds a command to the program. `run`: runs another command line. */
export type AddCommand = (program: Command, streams: Streams, run: RunCommand) => void;

interface Entry {
  /** The name of the command, then its other names. */
  readonly names: readonly string[];
  readonly load: () => Promise<AddCommand>;
}

export const commandTable: readonly Entry[] = [
  { names: ['cluster'], load: async () => (await import('./commands/cluster.ts')).addCluster },
  { names: ['serve'], load: async () => (await import('./commands/serve.ts')).addServe },
  { names: ['get'], load: async () => (await import('./commands/get.ts')).addGet },
  { names: ['put', 'set'], load: async () => (await import('./commands/put.ts')).addPut },
  { names: ['append'], load: async () => (await import('./commands/append.ts')).addAppend },
  { names: ['delete', 'del'], load: async () => (await import('./commands/delete.ts')).addDelete },
  { names: ['incr'], load: async () => (await import('./commands/incr.ts')).addIncrement },
  { names: ['txn'], load: async () => (await import('./commands/txn.ts')).addTransaction },
  { names: ['ls'], load: async () => (await import('./commands/ls.ts')).addList },
  { names: ['lease'], load: async () => (await import('./commands/lease.ts')).addLease },
  { names: ['lock'], load: async () => (await import('./commands/lock.ts')).addLock },
  { names: ['elect'], load: async () => (await import('./commands/elect.ts')).addElect },
  { names: ['export'], load: async () => (await import('./commands/export.ts')).addExport },
  { names: ['import'], load: async () => (await import('./commands/import.ts')).addImport },
  { names: ['watch'], load: async () => (await import('./commands/watch.ts')).addWatch },
  { names: ['status'], load: async () => (await import('./commands/status.ts')).addStatus },
  { names: ['health'], load: async () => (await import('./commands/health.ts')).addHealth },
  { names: ['trace'], load: async () => (await import('./commands/trace.ts')).addTrace },
  { names: ['backup'], load: async () => (await import('./commands/backup.ts')).addBackup },
  { names: ['verify'], load: async () => (await import('./commands/verify.ts')).addVerify },
  { names: ['restore'], load: async () => (await import('./commands/restore.ts')).addRestore },
  { names: ['user'], load: async () => (await import('./commands/user.ts')).addUser },
  { names: ['role'], load: async () => (await import('./commands/role.ts')).addRole },
  { names: ['token'], load: async () => (await import('./commands/token.ts')).addToken },
  { names: ['auth'], load: async () => (await import('./commands/auth.ts')).addAuth },
  { names: ['certs'], load: async () => (await import('./commands/certs.ts')).addCerts },
  { names: ['bench'], load: async () => (await import('./commands/bench.ts')).addBench },
  { names: ['repl'], load: async () => (await import('./commands/repl.ts')).addRepl },
  {
    names: ['completion', 'complete'],
    load: async () => (await import('./commands/completion.ts')).addCompletion,
  },
];

/** Commands that ask the program for all of its commands. */
const askForAll: ReadonlySet<string> = new Set(['repl', 'complete']);

/**
 * Loads the command that the arguments name, and none for the version; all commands if no name can be told, as in a call
 * for help.
 */
export function loadCommands(args: readonly string[]): Promise<readonly AddCommand[]> {
  const word = firstWordOf(args);
  const named = commandTable.filter(({ names }) => word !== undefined && names.includes(word));
  const isAlone = (named.length > 0 && !askForAll.has(word ?? '')) || asksForVersion(word);
  return Promise.all((isAlone ? named : commandTable).map(({ load }) => load()));
}

function asksForVersion(word: string | undefined): boolean {
  return word === '-V' || word === '--version';
}

/** The first word that is neither a global option nor its value. `undefined` also if such a value is wrong. */
function firstWordOf(args: readonly string[]): string | undefined {
  const program = addGlobalOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    const { operands, unknown } = program.parseOptions([...args]);
    return operands[0] ?? unknown[0];
  } catch {
    // The program parses the same words, and reports what is wrong.
    return undefined;
  }
}
