/**
 * What the system lets this process use: memory and open files. The defaults of the bounds follow from it, so a
 * server on a small machine, or under a small limit, refuses requests before the system ends it.
 */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { ampleResources, type Resources } from './ample-resources.ts';

export { ampleResources, type Resources };

export interface ResourceReadings {
  /** The content of `/proc/self/limits`; empty where there is none. */
  readonly limits: string;
  readonly machineBytes: number;
  /** 0 if there is no control group with a limit. */
  readonly constrainedBytes: number;
}

/** The resources of this process now. Only Linux tells of limits on data and open files. */
export function readResources(): Resources {
  return resourcesFrom({
    limits: readLimits(),
    machineBytes: totalmem(),
    constrainedBytes: process.constrainedMemory(),
  });
}

export function resourcesFrom(readings: ResourceReadings): Resources {
  const { limits, machineBytes, constrainedBytes } = readings;
  const dataBytes = limitIn(limits, 'Max data size');
  const others = [machineBytes, limitIn(limits, 'Max address space'), dataBytes];
  const memoryBytes = Math.min(...others, constrainedBytes > 0 ? constrainedBytes : Infinity);
  return {
    memoryBytes: Math.min(memoryBytes, ampleResources.memoryBytes),
    dataBytes: Math.min(dataBytes, ampleResources.dataBytes),
    openFileCount: Math.min(limitIn(limits, 'Max open files'), ampleResources.openFileCount),
  };
}

/** The soft limit of this name, which is the one that the system enforces. */
function limitIn(limits: string, name: string): number {
  const line = limits.split('\n').find((each) => each.startsWith(`${name} `));
  const soft = line?.slice(name.length).trim().split(/\s+/)[0];
  return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
