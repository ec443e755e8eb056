/** Processes of the programs of `examples/` during a test. All are killed at its end. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../docs/pages.ts';
import type { ProcessCluster } from '../process/process-cluster.ts';
import { ScriptProcess } from '../process/script-process.ts';

export class ExampleProcesses {
  readonly #script: URL;
  readonly #all: ScriptProcess[] = [];

  constructor(program: string) {
    this.#script = pathToFileURL(join(root, 'examples', program));
    afterEach(() => Promise.all(this.#all.map((each) => each.kill())));
  }

  start(cluster: ProcessCluster, ...words: readonly string[]): ScriptProcess {
    const environment = { PAXKV_ENDPOINTS: cluster.addresses.join(',') };
    const process = new ScriptProcess(this.#script, words, environment);
    this.#all.push(process);
    return process;
  }
}
