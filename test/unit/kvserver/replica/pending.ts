/** Pending requests, for tests of the code that answers them. */
import { PendingRequest } from '@paxkv/kvserver/internal/replica/requests/pending-request';
import type { Batch } from '@paxkv/kvserver/internal/replica/writes/proposals';
import { bytes, put } from '../state-machine/fixtures.ts';

export function pendingPut(value = 'v'): PendingRequest {
  const pending = new PendingRequest(
    { command: put('k', value) },
    { deadlineMs: Number.POSITIVE_INFINITY, signal: undefined, onSettled: () => {} },
  );
  pending.reply.catch(() => {});
  return pending;
}

/** A batch of node 0 with one pending request. */
export function ownBatch(number: number): Batch & Required<Pick<Batch, 'requests'>> {
  const origin = { node: 0, runId: 1, number };
  return { origin, requests: [pendingPut()], value: bytes(`batch ${number}`) };
}
