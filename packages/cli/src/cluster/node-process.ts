/** One node of a local cluster, as a process of its own that logs into a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { NodePlan } from './plan.ts';

/** How long a node may take to stop before it is killed. */
const stopMsMax = 10_000;

/** What the node itself says to people, between the lines of its log. */
const complaint = /^paxkv: (?!warning: )(.+)$/gm;

export interface NodeEnd {
  /** Its exit code, or `undefined` if a signal ended it or it never ran. */
  readonly exitCode: number | undefined;
  /** For people: `exit code 3`, `SIGKILL`. */
  readonly reason: string;
}

export class NodeProcess {
  readonly plan: NodePlan;
  readonly ended: Promise<NodeEnd>;
  readonly #child: ChildProcess;
  readonly #logStart: number;
  #isRunning = true;

  /** `command` is the file that is `paxkv`. */
  constructor(command: string, plan: NodePlan) {
    this.plan = plan;
    const log = openSync(plan.logFile, 'a');
    this.#logStart = fstatSync(log).size;
    this.#child = spawn(process.execPath, [command, ...plan.serveArguments], {
      // A Ctrl-C in the terminal reaches the parent alone, which stops the nodes in its own way.
      detached: true,
      // Over the channel a node notices that its parent is gone, be it by kill -9.
      stdio: ['ignore', 'ignore', log, 'ipc'],
      env: withoutSettings(process.env),
    });
    closeSync(log);
    this.ended = this.#awaitEnd();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What the node said of why it ended, without a line of its log that is for machines. */
  async complaints(): Promise<string[]> {
    const log = await readFile(this.plan.logFile);
    const text = log.subarray(this.#logStart).toString();
    return [...text.matchAll(complaint)].flatMap(([, line]) => line ?? []);
  }

  /** Cleanly if it does so in time. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    const deadline = setTimeout(() => this.kill(), stopMsMax);
    this.#child.kill('SIGTERM');
    await this.ended;
    clearTimeout(deadline);
  }

  /** At once. */
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

/** A node is told everything by its arguments; settings meant for another would only add to them. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('PAXKV_')),
  );
}
