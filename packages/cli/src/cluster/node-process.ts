/** One node of a local cluster, in a separate process that logs to a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fchmodSync, fstatSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { NodePlan } from './plan.ts';

/** A node that takes longer to stop is killed. */
const stopMsMax = 10_000;

/**
 * What the processes of servers tell the allocator of glibc, which reads it before a program begins. By itself it keeps
 * most of the memory that large values had, once it has freed the first of them: docs/operations.md has the figures.
 * Other allocators ignore it.
 */
export const allocatorEnvironment = {
  /** Blocks of at least so many bytes go back to the system when they are freed. */
  MALLOC_MMAP_THRESHOLD_: '262144',
} as const;

/** An error that the node printed for people, between the JSON lines of its log. */
const errorLine = /^paxkv: (?!warning: )(.+)$/gm;

export interface NodeEnd {
  /** `undefined` if a signal ended the process, or if it never ran. */
  readonly exitCode: number | undefined;
  /** For people, for example `exit code 3` or `SIGKILL`. */
  readonly reason: string;
}

export class NodeProcess {
  readonly plan: NodePlan;
  readonly ended: Promise<NodeEnd>;
  readonly #child: ChildProcess;
  readonly #logStart: number;
  #isRunning = true;

  /** `program`: the file of this program. */
  constructor(program: string, plan: NodePlan) {
    this.plan = plan;
    // A log names addresses and folders.
    const log = openSync(plan.logFile, 'a', 0o600);
    fchmodSync(log, 0o600);
    this.#logStart = fstatSync(log).size;
    this.#child = spawn(process.execPath, [program, ...plan.serveArguments], {
      // A separate process group: Ctrl-C in the terminal reaches only the parent, which then stops the nodes.
      detached: true,
      // The channel closes when the parent ends, even after kill -9, and the node then stops.
      stdio: ['ignore', 'ignore', log, 'ipc'],
      env: { ...allocatorEnvironment, ...withoutSettings(process.env) },
    });
    closeSync(log);
    this.ended = this.#awaitEnd();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The errors that this process printed for people. */
  async errorLines(): Promise<string[]> {
    const log = await readFile(this.plan.logFile);
    const text = log.subarray(this.#logStart).toString();
    return [...text.matchAll(errorLine)].flatMap(([, line]) => line ?? []);
  }

  /** Asks for a clean stop, and kills the process if that takes too long. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    const deadline = setTimeout(() => this.kill(), stopMsMax);
    this.#child.kill('SIGTERM');
    await this.ended;
    clearTimeout(deadline);
  }

  kill(): void {
    if (this.#isRunning) this.#child.kill('SIGKILL');
  }

  async #awaitEnd(): Promise<NodeEnd> {
    const end = await new Promise<NodeEnd>((resolve) => {
      this.#child.once('error', ({ message }) => resolve({ exitCode: undefined, reason: message }));
      this.#child.once('exit', (code, signal) =>
        resolve({ exitCode: code ?? undefined, reason: signal ?? `exit code ${code}` }),
      );
    });
    this.#isRunning = false;
    return end;
  }
}

/** The environment without settings. They are meant for this process; nodes get theirs as arguments. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('PAXKV_')),
  );
}
