/** Run: one cluster from its beginning, moment by moment. The same settings and actions give the same run. */
import type { Action } from '../action.ts';
import { Judge } from '../judge/judge.ts';
import type { Settings } from '../settings.ts';
import { Cluster } from '../world/cluster.ts';
import type { CoreOf } from '../world/core.ts';
import { settled } from '../world/settled.ts';
import { together } from '../world/witness.ts';
import type { Frame } from './frame.ts';
import { Recorder } from './recorder.ts';

export class Run {
  readonly cluster: Cluster;
  readonly #recorder: Recorder;
  #moment = 0;

  private constructor(settings: Settings, coreOf: CoreOf) {
    const judge = new Judge(settings, () => this.cluster.world.now());
    const { peerCount, network } = settings;
    this.#recorder = new Recorder(judge, { peerCount, isLossy: network === 'lossy' });
    const witness = together([judge, this.#recorder]);
    this.cluster = new Cluster(settings, coreOf(settings.mutant), witness);
  }

  /** Starts a run. At moment 0 all peers are up and nothing has been proposed. */
  static async begin(settings: Settings, coreOf: CoreOf): Promise<Run> {
    const run = new Run(settings, coreOf);
    await run.cluster.begin();
    return run;
  }

  /** Events and actions so far. */
  get moment(): number {
    return this.#moment;
  }

  /** Makes the frame of this moment. Call it once after each moment. */
  frame(): Frame {
    return this.#recorder.frame(this.cluster, this.#moment);
  }

  async perform(action: Action): Promise<void> {
    this.#moment += 1;
    this.cluster.perform(action);
    this.#recorder.noteLinks(this.cluster);
    await settled();
  }

  /** Executes the next event. Returns whether there was one. */
  async step(): Promise<boolean> {
    if (!this.cluster.world.step()) return false;
    this.#moment += 1;
    await settled();
    return true;
  }

  /** When the next event is due, if there is one. */
  get nextMs(): number | undefined {
    return this.cluster.world.nextTimeMs();
  }
}
