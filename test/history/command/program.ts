/** The command line of the history tools, and its exit code. */
import { Command, CommanderError, Option } from 'commander';
import { checkFiles } from './check.ts';
import { exportHistory, type Format } from './export.ts';
import type { Print } from './print.ts';
import { isTrouble } from './trouble.ts';

/** 0: success. 1: a history is not linearizable, or unreadable. 2: unknown command. */
export type ExitCode = 0 | 1 | 2;

/** Runs one command line, given without the program's name. Rejects on defects only. */
export async function run(args: readonly string[], print: Print): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = new Command('history')
    .description('Judges recorded histories, and exports them for outside judges.')
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: print });
  program
    .command('check')
    .description('say for each history whether it is linearizable; exit code 1 if one is not')
    .argument('<files...>', 'histories in JSON lines')
    .action(async (paths: readonly string[]) => {
      if (!(await checkFiles(paths, print))) exitCode = 1;
    });
  program
    .command('export')
    .description('write a history in a format that other checkers read')
    .addOption(
      new Option('--format <format>', 'of the output')
        .choices(['jepsen-register', 'jepsen-kv'])
        .makeOptionMandatory(),
    )
    .requiredOption('--in <file>', 'history in JSON lines')
    .requiredOption('--out <path>', 'jepsen-register: a folder, jepsen-kv: a file')
    .action((options: { format: Format; in: string; out: string }) =>
      exportHistory(options, print),
    );
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!isTrouble(error)) throw error;
    print(`${error.message}\n`);
    return 1;
  }
}
