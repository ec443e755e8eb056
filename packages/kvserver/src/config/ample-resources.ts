/** What a system may grant a process, and the most that matters here. Browsers run this, too. */

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
