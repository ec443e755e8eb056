/** Facts of the machine that figures depend on. No names of hosts, users or paths. */
import { availableParallelism, cpus, totalmem, type } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly coreCount: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
}

const gibibyte = 2 ** 30;

export function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    coreCount: availableParallelism(),
    memoryGiB: Math.round(totalmem() / gibibyte),
    system: type(),
    node: process.version,
  };
}

export function tellMachine({ processor, coreCount, memoryGiB, system, node }: Machine): string {
  return `${coreCount} cores of ${processor}, ${memoryGiB} GiB, ${system}, Node.js ${node}`;
}
