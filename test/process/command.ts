/** Runs the `paxkv` command as a shell does. */
import { execFile } from 'node:child_process';
import { environment, paxkv } from './server-process.ts';

export interface CommandResult {
  /** Its exit code; `null` if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandSettings {
  /** Added to its environment. */
  readonly more?: NodeJS.ProcessEnv;
  /** Words before the command, which run it elsewhere. */
  readonly place?: readonly string[];
}

const commandMsMax = 20_000;

/** Runs `paxkv` with these arguments, all `addresses`, and more in its environment. */
export function runCommand(
  addresses: readonly string[],
  words: readonly string[],
  { more = {}, place = [] }: CommandSettings = {},
): Promise<CommandResult> {
  const env = { ...environment(), PAXKV_ENDPOINTS: addresses.join(','), ...more };
  const [program = '', ...rest] = [...place, process.execPath, paxkv, ...words];
  return new Promise((resolve) => {
    const options = { env, timeout: commandMsMax };
    const child = execFile(program, rest, options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
    child.stdin?.end();
  });
}
