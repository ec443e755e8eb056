/** Commands as a person can paste them into the shell they are in. */
import path from 'node:path';

export interface Invocation {
  /** The file that was asked to run: the command itself, or a link to it. */
  readonly script: string;
  /** The file that is the command. */
  readonly command: string;
  readonly workingDirectory: string;
}

/** How to call `paxkv` again from the same place. */
export function toShownCommand({ script, command, workingDirectory }: Invocation): string {
  if (path.basename(script) === 'paxkv') {
    return script.includes(`${path.sep}node_modules${path.sep}`) ? 'npx paxkv' : 'paxkv';
  }
  const relative = path.relative(workingDirectory, command);
  return `node ${quote(relative.startsWith('..') ? command : relative)}`;
}

/** The arguments in one line, those quoted that a shell would take apart. */
export function quoteAll(args: readonly string[]): string {
  return args.map(quote).join(' ');
}

function quote(argument: string): string {
  if (/^[\w./:,@%+=-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
