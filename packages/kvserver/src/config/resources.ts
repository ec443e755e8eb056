/**
 * What the system lets this process use: memory and open files. The defaults of the bounds follow from it, so a
 * server on a small machine, or under a small limit, refuses requests before the system ends it.
 */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** Memory and open files that the system grants this process. */
export interface Resources {
  /** Bytes of memory: the least of the machine's, its control group's, and the process's own limits. */
  readonly memoryBytes: number;
  /** Bytes of writable memory that the process may map, as the limit `RLIMIT_DATA` counts them. */
  readonly dataBytes: number;
  /** Files and sockets that may be open at once. */
  readonly openFileCount: number;
}

/** A machine on which no bound is lower than its largest default. */
export const ampleResources: Resources = {
  memoryBytes: 2 ** 40,
  dataBytes: 2 ** 40,
  openFileCount: 2 ** 20,
};

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
