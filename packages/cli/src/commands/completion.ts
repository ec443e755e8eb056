import { Argument, type Command } from 'commander';
import { candidatesFor } from '../completion/candidates.ts';
import { completionScripts, type Shell, shells } from '../completion/scripts.ts';
import type { Streams } from '../streams.ts';

export function addCompletion(program: Command, streams: Streams): void {
  program
    .command('completion')
    .description('print the script by which a shell completes command lines of paxkv')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: Shell) => streams.data(completionScripts[shell]));
  // The scripts call it with the words of an unfinished line.
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) => {
      const candidates = candidatesFor(program, words);
      return streams.data(candidates.map((word) => `${word}\n`).join(''));
    });
}
