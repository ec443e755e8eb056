/** Runs Node until it ends, or until its time is up, and gives what it printed. */
import { spawn } from 'node:child_process';
import { root } from '../patched-build/patch.ts';

export interface NodeRun {
  readonly parameters: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** A process that takes longer is killed. */
  readonly msMax: number;
}

/** Lines of its standard output, also of a process that was killed; how it ended is not told. */
export function linesOf({ parameters, environment, msMax }: NodeRun): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const node = spawn(process.execPath, parameters, {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let printed = '';
    node.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    const timer = setTimeout(() => node.kill('SIGKILL'), msMax);
    node.once('error', reject);
    node.once('close', () => {
      clearTimeout(timer);
      resolve(printed.split('\n'));
    });
  });
}
