/** A worker, from outside: one request at a time, and an end to waiting for it. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { MutatedBuild } from '../build/mutated-build.ts';
import type { Answer, Request } from './protocol.ts';

const program = join(import.meta.dirname, 'worker.js');

/** The worker does not answer, or has ended. */
export class WorkerLostError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'WorkerLostError';
  }
}

export interface Waiting {
  readonly msMax: number;
  /** Answers before the last. @returns how long the next one may take, if that changes */
  onProgress?(progress: Answer): number | undefined;
}

export class WorkerProcess {
  readonly #child: ChildProcess;

  /** @param mutant active from the start; 0 for none */
  constructor(build: MutatedBuild, mutant = 0) {
    this.#child = fork(program, {
      cwd: build.folder,
      execArgv: [...build.execArgv],
      env: build.environmentOf(mutant),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
  }

  /** Settles when all sources are loaded. @throws WorkerLostError */
  async hasStarted(msMax: number): Promise<void> {
    await this.#lastAnswer({ msMax });
  }

  /** @throws WorkerLostError */
  async ask(request: Request, waiting: Waiting): Promise<Answer> {
    const answered = this.#lastAnswer(waiting);
    this.#child.send(request, () => {});
    const answer = await answered;
    if (answer.type === 'failed') throw new WorkerLostError(answer.reason);
    return answer;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  #lastAnswer({ msMax, onProgress }: Waiting): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const lose = (reason: string) => {
        settle();
        this.end();
        reject(new WorkerLostError(reason));
      };
      let timer = setTimeout(lose, msMax, 'it does not end');
      const onExit = () => lose('it ended the process');
      const onMessage = (answer: Answer) => {
        if (answer.type !== 'round' && answer.type !== 'verdict') {
          settle();
          resolve(answer);
          return;
        }
        const nextMsMax = onProgress?.(answer);
        if (nextMsMax === undefined) return;
        clearTimeout(timer);
        timer = setTimeout(lose, nextMsMax, 'it does not end');
      };
      const settle = () => {
        clearTimeout(timer);
        this.#child.off('message', onMessage);
        this.#child.off('exit', onExit);
      };
      this.#child.on('message', onMessage);
      this.#child.once('exit', onExit);
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) onExit();
    });
  }
}
