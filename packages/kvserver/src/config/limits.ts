/**
 * How much work a server accepts, and how much memory it may use for it. Where a bound holds bytes in memory, its
 * default is a share of the memory that the process has, and at most a fixed number.
 */
import { z } from 'zod';
import { ampleResources, type Resources } from './ample-resources.ts';
import { positiveCount } from './http-limits.ts';

const mebibyte = 1024 * 1024;

const countMax = 2 ** 31 - 1;

/** Bounds of one server. Each is a whole number from 1 to 2³¹ − 1. */
export interface Limits {
  /** From the arrival of a request to its reply, in milliseconds; after that its outcome is unknown. Default 5,000. */
  readonly requestTimeoutMs: number;
  /** Pending requests; more are refused. Default 10,000. */
  readonly pendingRequestCountMax: number;
  /** Bytes of the keys and values of those requests. Default 64 MiB, at most 1/16 of the memory. */
  readonly pendingBytesMax: number;
  /**
   * Requests in one value of the log, where each part of a transaction counts as one. A request waits for those of all
   * values in flight, of all clients. Default 256.
   */
  readonly batchRequestCountMax: number;
  /** Bytes of one value of the log; a single request may be larger. Default 1 MiB. */
  readonly batchBytesMax: number;
  /** Instances for which this server proposes at the same time. Default 4. */
  readonly inFlightInstanceCountMax: number;
  /**
   * Bytes of decided values that this server keeps in memory for others that are away, and how many values. What a
   * quorum has not stored yet is kept beyond that. Default 128 MiB, at most 1/12 of the memory, and 8,192.
   */
  readonly logBytesMax: number;
  readonly logInstanceCountMax: number;
  /** Bytes on disk of decided values that left memory before every server had them, to 2⁵⁰. Default 1 GiB. */
  readonly logWindowBytesMax: number;
  /** How long those values are kept, in milliseconds. Default one hour. */
  readonly logWindowMsMax: number;
  /** Bytes on disk of the recording of the peer's inputs; the oldest are dropped. To 2⁵⁰. Default 16 MiB. */
  readonly traceBytesMax: number;
  /**
   * Bytes of decided values in memory, above which writes are refused. Default `logBytesMax` and, for what a quorum has
   * not stored yet, as much again, but no less than the default of `logBytesMax`. Never below `logBytesMax`.
   */
  readonly retainedLogBytesMax: number;
  /** Bytes of live records in the journal, above which writes are refused. Default just below 2 GiB. */
  readonly journalBytesMax: number;
  /** Bytes of changed entries that are not in the database yet, above which nothing more is applied. Default 32 MiB, at most 1/32 of the memory. */
  readonly undurableBytesMax: number;
  /** Bytes of entries kept for reads, a quarter of them for those over 64 KiB. Default 80 MiB, at most 1/16 of the memory. */
  readonly cachedBytesMax: number;
  /**
   * Bytes of the latest changes, kept in memory and on disk for those who watch and for reads of earlier revisions.
   * Default 32 MiB, at most 1/64 of the memory.
   */
  readonly recentChangesBytesMax: number;
  /** Bytes queued for one other server; messages beyond it are dropped and sent again later. Default 16 MiB, at most 1/64 of the memory. */
  readonly peerQueueBytesMax: number;
  /**
   * Bytes of everything that waits for clients: requests that are being received or pending, values that are being
   * read for replies, and replies that were not received yet. Default 512 MiB, at most 1/8 of the memory.
   */
  readonly memoryBudgetBytes: number;
  /** Share of the memory in percent above which requests are refused. Default 85. */
  readonly memoryPercentMax: number;
}

export const limitsSchema = z.strictObject({
  requestTimeoutMs: count(),
  pendingRequestCountMax: count(),
  pendingBytesMax: count(),
  batchRequestCountMax: count(),
  batchBytesMax: count(),
  inFlightInstanceCountMax: count(),
  logBytesMax: count(),
  logInstanceCountMax: count(),
  logWindowBytesMax: diskBytes(),
  logWindowMsMax: count(),
  traceBytesMax: diskBytes(),
  retainedLogBytesMax: count(),
  journalBytesMax: count(),
  undurableBytesMax: count(),
  cachedBytesMax: count(),
  recentChangesBytesMax: count(),
  peerQueueBytesMax: count(),
  memoryBudgetBytes: count(),
  memoryPercentMax: z.exactOptional(z.int().min(1).max(100)),
}) satisfies z.ZodType<Partial<Limits>>;

/** The limits of a process with these resources, as far as no setting names others. */
export function limitsFor({ memoryBytes }: Resources): Limits {
  /** At least 4 MiB, so that a few of the largest values fit even where memory is very short. */
  const share = (parts: number, mebibytesMax: number) =>
    Math.max(4 * mebibyte, Math.min(mebibytesMax * mebibyte, Math.floor(memoryBytes / parts)));
  const logBytesMax = share(12, 128);
  return {
    requestTimeoutMs: 5000,
    pendingRequestCountMax: 10_000,
    pendingBytesMax: share(16, 64),
    batchRequestCountMax: 256,
    batchBytesMax: mebibyte,
    inFlightInstanceCountMax: 4,
    logBytesMax,
    logInstanceCountMax: 8192,
    logWindowBytesMax: 1024 * mebibyte,
    logWindowMsMax: 3_600_000,
    traceBytesMax: 16 * mebibyte,
    retainedLogBytesMax: 2 * logBytesMax,
    journalBytesMax: countMax,
    undurableBytesMax: share(32, 32),
    cachedBytesMax: share(16, 80),
    recentChangesBytesMax: share(64, 32),
    peerQueueBytesMax: share(64, 16),
    memoryBudgetBytes: share(8, 512),
    memoryPercentMax: 85,
  };
}

/** The limits that are given, and the others as they follow from these and from the resources. */
export function completeLimits(given: Partial<Limits>, resources: Resources): Limits {
  const defaults = limitsFor(resources);
  const limits = { ...defaults, ...given };
  const { logBytesMax } = limits;
  // A small budget must not refuse writes for what no policy may forget yet.
  const undoneBytesMax = Math.max(logBytesMax, defaults.logBytesMax);
  const wanted = given.retainedLogBytesMax ?? logBytesMax + undoneBytesMax;
  // A lower bound would refuse writes for what the budget keeps on purpose.
  const retainedLogBytesMax = Math.min(countMax, Math.max(wanted, logBytesMax));
  return { ...limits, retainedLogBytesMax };
}

/** The limits where no resource is short. */
export const limitsDefault: Limits = limitsFor(ampleResources);

function diskBytes() {
  return z.exactOptional(
    z
      .int()
      .min(1)
      .max(2 ** 50),
  );
}

function count() {
  return z.exactOptional(positiveCount());
}
