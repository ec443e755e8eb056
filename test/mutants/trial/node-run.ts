/** Runs Node until it ends, or until its time is up. */
import { spawn } from 'node:child_process';
import { root } from '../patched-build/patch.ts';

export interface NodeRun {
  readonly parameters: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** A process that takes longer is killed. */
  readonly msMax: number;
}

export interface NodeOutcome {
  /** Non-empty lines of its standard output. */
  readonly lines: readonly string[];
  /** Whether it ended without a signal, with exit code 0. */
  readonly hasEndedWell: boolean;
}

export function runNode({ parameters, environment, msMax }: NodeRun): Promise<NodeOutcome> {
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
    node.once('close', (code) => {
      clearTimeout(timer);
      const lines = printed.split('\n').filter((line) => line !== '');
      resolve({ lines, hasEndedWell: code === 0 });
    });
  });
}
