/** Runs the `paxkv` command as a shell does. */
import { execFile } from 'node:child_process';
import { environment, paxkv } from './server-process.ts';

export interface CommandResult {
  /** Its exit code; `null` if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const commandMsMax = 20_000;

/** Runs `paxkv` with these arguments and all `addresses`. */
export function runCommand(
  addresses: readonly string[],
  words: readonly string[],
): Promise<CommandResult> {
  const env = { ...environment(), PAXKV_ENDPOINTS: addresses.join(',') };
  return new Promise((resolve) => {
    const options = { env, timeout: commandMsMax };
    const child = execFile(process.execPath, [paxkv, ...words], options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
    child.stdin?.end();
  });
}
