/** The command line as a whole: its commands, its help, its exit codes. */
import { Command } from 'commander';
import { addCluster } from './commands/cluster.ts';
import { addGet } from './commands/get.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addAppend, addDelete, addPut } from './commands/write.ts';
import type { Output } from './output.ts';

const exitCodeHelp = `
Exit codes:
  0  done
  1  not done; get: no such key; status: no server answers
  2  the command line makes no sense
  3  the disk failed, or cannot be trusted
  4  nobody knows whether it was done: look, or ask again

Every option can be given in the environment, under the name shown in its help.`;

export function createProgram(output: Output): Command {
  const program = new Command('paxkv')
    .description('A replicated key-value store built on Paxos.')
    .version('0.1.0')
    .showHelpAfterError('(--help says more)')
    .addHelpText('after', exitCodeHelp)
    .exitOverride();
  addCluster(program, output);
  addServe(program, output);
  addGet(program, output);
  addPut(program, output);
  addAppend(program, output);
  addDelete(program, output);
  addStatus(program, output);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}
