/** One server as a process that can be killed, frozen, and restarted with the same arguments. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

const stopMsMax = 10_000;
const logLengthMax = 4000;
/** Linux reports CPU time in hundredths of a second to all programs. */
const msPerTick = 10;
const nsPerMs = 1e6;

/** Kills the servers when this process ends, for whatever reason. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory?: string;
}

export class ServerProcess {
  readonly #command: Command;
  #child: ChildProcess;
  #log = '';

  constructor(command: Command) {
    this.#command = command;
    this.#child = this.#spawn();
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The last lines of its output. */
  get log(): string {
    return this.#log;
  }

  /** CPU time of all its threads since the start; NaN where there is no `/proc`. */
  async cpuMs(): Promise<number> {
    const stat = await readFile(`/proc/${this.#child.pid}/stat`, 'utf8').catch(() => '');
    // The name, in brackets, may contain any character.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  }

  /** How long its main thread was ready to run and got no processor, since the start; NaN where there is no `/proc`. */
  async starvedMs(): Promise<number> {
    const stat = await readFile(`/proc/${this.#child.pid}/schedstat`, 'utf8').catch(() => '');
    return Number(stat.split(' ')[1]) / nsPerMs;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGKILL. Resolves when the process has ended. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Restarts it on its data. */
  restart(): void {
    if (!this.hasEnded) throw new Error('it is still running');
    this.#child = this.#spawn();
  }

  /** SIGTERM, then SIGKILL after a while. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopMsMax);
    await this.#end('SIGTERM');
    clearTimeout(timer);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }

  #spawn(): ChildProcess {
    const { program, args, directory: cwd } = this.#command;
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-logLengthMax);
      });
    }
    child.on('error', (error) => {
      this.#log += error.message;
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  }
}
