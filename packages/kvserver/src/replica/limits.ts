/** How much one replica takes on at once: counts, bytes, milliseconds. */
export interface ReplicaLimits {
  /** From a request's arrival to its answer; then its outcome is unknown. */
  readonly requestTimeoutMs: number;
  /** Requests accepted and not answered yet; more are refused. */
  readonly pendingRequestCountMax: number;
  /** Bytes of the keys and values of those requests. */
  readonly pendingBytesMax: number;
  /** Requests in one value. */
  readonly batchRequestCountMax: number;
  /** Bytes of one value; a single request may be larger. */
  readonly batchBytesMax: number;
  /** Instances that this replica proposes in at once. */
  readonly inFlightInstanceCountMax: number;
}
