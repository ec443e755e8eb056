/** A process that runs a script of the tests or of the examples, and its output line by line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export class ScriptProcess {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;

  constructor(script: URL, words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [fileURLToPath(script), ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    let rest = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines);
    });
  }

  /** Resolves with the first line that begins with `text`. @throws Error if the process ends without it */
  async says(text: string): Promise<string> {
    for (;;) {
      const hasEnded = this.#hasEnded;
      const line = this.lines.find((each) => each.startsWith(text));
      if (line !== undefined) return line;
      if (hasEnded) throw new Error(`the process has ended without saying "${text}"`);
      await pause(10);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** SIGKILL; resolves when the process has ended. */
  async kill(): Promise<void> {
    if (this.#hasEnded) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
