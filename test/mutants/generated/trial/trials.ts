/** Tries the mutants of a folder with several workers, until every one has a sound verdict. */
import type { MutatedBuild } from '../build/mutated-build.ts';
import { afterBatch, afterLoss, type BatchOutcome } from './batch-outcome.ts';
import type { Answer, Baseline, Job, TestFacts, Verdict } from './protocol.ts';
import type { LoneJob, Selection } from './selection.ts';
import { WorkerLostError, WorkerProcess } from './worker-process.ts';

const startMsMax = 120_000;
const measureMsMax = 1_800_000;
/** A round that takes so much longer than its tests took before does not end. */
const roundFactorMax = 25;
const roundMsMin = 20_000;
const batchLength = 20;

export interface TrialsOptions {
  readonly build: MutatedBuild;
  /** Compiled test files, from the repository's folder. */
  readonly testFiles: readonly string[];
  readonly jobCount: number;
  /** No mutant is begun after this; they have no verdict then. */
  readonly isOver: () => boolean;
  readonly onVerdict: (verdict: Verdict) => void;
}

export class Trials {
  readonly #options: TrialsOptions;
  readonly #idle: WorkerProcess[] = [];
  #facts: readonly TestFacts[] = [];

  constructor(options: TrialsOptions) {
    this.#options = options;
  }

  async measure(): Promise<Baseline> {
    const worker = await this.#start(0, this.#options.testFiles);
    const answer = await worker.ask({ type: 'measure' }, { msMax: measureMsMax });
    if (answer.type !== 'measured') throw new Error(`unexpected answer ${answer.type}`);
    this.#facts = answer.baseline.tests;
    await this.#limit(worker);
    this.#idle.push(worker);
    return answer.baseline;
  }

  async run({ shared, lone }: Selection): Promise<void> {
    const batches: (readonly Job[])[] = [];
    for (let at = 0; at < shared.length; at += batchLength) {
      batches.push(shared.slice(at, at + batchLength));
    }
    const loners = [...lone];
    const work = async () => {
      while (!this.#options.isOver()) {
        const batch = batches.shift();
        const loner = batch === undefined ? loners.shift() : undefined;
        if (batch !== undefined) batches.push(...(await this.#tryBatch(batch)));
        else if (loner !== undefined) await this.#tryLone(loner);
        else return;
      }
    };
    await Promise.all(Array.from({ length: this.#options.jobCount }, work));
    for (const worker of this.#idle) worker.end();
  }

  /** @returns the mutants to try again, in smaller batches */
  async #tryBatch(batch: readonly Job[]): Promise<BatchOutcome['again']> {
    const worker = this.#idle.pop() ?? (await this.#startLimited());
    const { verdicts, again } = await this.#outcomeOf(batch, worker);
    for (const verdict of verdicts) this.#options.onVerdict(verdict);
    return again;
  }

  async #outcomeOf(batch: readonly Job[], worker: WorkerProcess): Promise<BatchOutcome> {
    const verdicts: Verdict[] = [];
    let current: number | undefined;
    const onProgress = (progress: Answer) => {
      if (progress.type === 'verdict') verdicts.push(progress.verdict);
      if (progress.type !== 'round') return roundMsMin;
      current = progress.mutant;
      return roundMsMaxOf(progress.tookMs);
    };
    try {
      const answer = await worker.ask(
        { type: 'try', jobs: batch },
        { msMax: roundMsMin, onProgress },
      );
      const isSound = answer.type === 'tried' && answer.unsoundTest === undefined;
      if (isSound) this.#idle.push(worker);
      else worker.end();
      return afterBatch(batch, verdicts, isSound);
    } catch (error) {
      if (!(error instanceof WorkerLostError)) throw error;
      return afterLoss(batch, verdicts, current, error.message);
    }
  }

  async #tryLone({ mutant, rounds, files }: LoneJob): Promise<void> {
    const { onVerdict } = this.#options;
    if (rounds.length === 0) {
      onVerdict({ mutant, isKilled: false, by: '', reason: 'no test uses what is loaded' });
      return;
    }
    let worker: WorkerProcess | undefined;
    let verdict: Verdict | undefined;
    const onProgress = (progress: Answer) => {
      if (progress.type === 'verdict') verdict = progress.verdict;
      return progress.type === 'round' ? roundMsMaxOf(progress.tookMs) : roundMsMin;
    };
    try {
      worker = await this.#start(mutant, files);
      await this.#limit(worker);
      await worker.ask(
        { type: 'try', jobs: [{ mutant, rounds }] },
        { msMax: roundMsMin, onProgress },
      );
    } catch (error) {
      if (!(error instanceof WorkerLostError)) throw error;
      verdict ??= { mutant, isKilled: true, by: 'loading', reason: error.message };
    } finally {
      worker?.end();
    }
    if (verdict !== undefined) onVerdict(verdict);
  }

  async #startLimited(): Promise<WorkerProcess> {
    const worker = await this.#start(0, this.#options.testFiles);
    await this.#limit(worker);
    return worker;
  }

  async #start(mutant: number, files: readonly string[]): Promise<WorkerProcess> {
    const worker = new WorkerProcess(this.#options.build, mutant);
    await worker.hasStarted(startMsMax);
    await worker.ask({ type: 'load', files }, { msMax: startMsMax });
    return worker;
  }

  async #limit(worker: WorkerProcess): Promise<void> {
    // The sites are not needed there, and are many.
    const tests = this.#facts.map((test) => ({ ...test, sites: [] }));
    await worker.ask({ type: 'limit', tests }, { msMax: startMsMax });
  }
}

function roundMsMaxOf(tookMs: number): number {
  return Math.max(roundMsMin, roundFactorMax * tookMs);
}
