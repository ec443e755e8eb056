/** A command that runs until it is stopped, with its output so far. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Exit } from './server-process.ts';
import { environment, paxkv } from './server-process.ts';

export class CommandProcess {
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #changes = new EventEmitter();
  #stdout = '';
  #stderr = '';
  #hasEnded = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on('data', (bytes) => {
      this.#stdout += String(bytes);
      this.#changes.emit('change');
    });
    child.stderr?.on('data', (bytes) => {
      this.#stderr += String(bytes);
      this.#changes.emit('change');
    });
    this.exit = this.#watch();
  }

  /** Runs `paxkv` with these arguments in `directory`. */
  static paxkv(words: readonly string[], directory: string): CommandProcess {
    return CommandProcess.program([process.execPath, paxkv, ...words], directory, environment());
  }

  /** Runs a shell command line. */
  static shell(line: string, directory: string): CommandProcess {
    return CommandProcess.program(['/bin/sh', '-c', `exec ${line}`], directory, environment());
  }

  /** Runs any program with its arguments. */
  static program(
    [program = '', ...words]: readonly string[],
    cwd: string,
    env: NodeJS.ProcessEnv,
  ): CommandProcess {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return new CommandProcess(spawn(program, words, { cwd, env, stdio }));
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /**
   * Resolves with the match once one of the streams has it. @throws Error if the process ends without a
   * match
   */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
      if (match !== null) return match;
      if (this.#hasEnded) throw new Error(`ended without ${pattern}:\n${this.#stderr}`);
      await once(this.#changes, 'change');
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async #watch(): Promise<Exit> {
    const kill = () => this.#child.kill('SIGKILL');
    process.once('exit', kill);
    const [code, signal] = await once(this.#child, 'close');
    process.off('exit', kill);
    this.#hasEnded = true;
    this.#changes.emit('change');
    return { code, signal };
  }
}
