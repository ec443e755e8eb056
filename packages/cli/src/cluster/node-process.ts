/** One node of a local cluster, as a process of its own that logs into a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** How long a node may take to stop before it is killed. */
const stopMsMax = 10_000;

export interface NodeProcessOptions {
  readonly node: number;
  /** Arguments of `paxkv`, from `serve` on. */
  readonly arguments: readonly string[];
  readonly logFile: string;
}

export class NodeProcess {
  readonly node: number;
  readonly logFile: string;
  /** Resolves with what to say of its end. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #hasEnded = false;

  constructor(command: string, options: NodeProcessOptions) {
    this.node = options.node;
    this.logFile = options.logFile;
    const log = openSync(options.logFile, 'a');
    // Detached: a Ctrl-C in the terminal reaches the parent alone, which stops the nodes itself.
    this.#child = spawn(process.execPath, [command, ...options.arguments], {
      detached: true,
      stdio: ['ignore', 'ignore', log],
    });
    closeSync(log);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    }).then((how) => {
      this.#hasEnded = true;
      return String(how);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), stopMsMax);
    this.#child.kill('SIGTERM');
    await this.ended;
    clearTimeout(deadline);
  }

  /** Ends at once, for when this process itself has to. */
  kill(): void {
    if (!this.#hasEnded) this.#child.kill('SIGKILL');
  }
}
