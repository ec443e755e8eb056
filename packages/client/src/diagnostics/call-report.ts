/** Reports how a call of the client ended, if anybody listens. */
import type { Clock } from '../environment.ts';
import type { CallDeadline } from '../retry/deadlines.ts';
import { errorAttributes, operationAttributes, serverAttributes } from './attributes.ts';
import type { ClientEvents } from './client-events.ts';

export interface ReportParts {
  readonly events: ClientEvents;
  readonly clock: Clock;
  /** The name of the method that was called. */
  readonly operation: string;
}

/** Does the work of a call, and reports it once it has ended. If nobody listens, that costs nothing. */
export function reported<T>(
  parts: ReportParts,
  deadline: CallDeadline,
  work: (deadline: CallDeadline) => Promise<T>,
): Promise<T> {
  const { events } = parts;
  const isWanted = events.has('call') || events.has('failure');
  return isWanted ? withReport(parts, deadline, work) : work(deadline);
}

async function withReport<T>(
  parts: ReportParts,
  deadline: CallDeadline,
  work: (deadline: CallDeadline) => Promise<T>,
): Promise<T> {
  const begunMs = parts.clock.now();
  const report = (error?: unknown) => emit(parts, deadline, { begunMs, error });
  try {
    const result = await work(deadline);
    report();
    return result;
  } catch (error) {
    report(error);
    throw error;
  }
}

function emit(
  { events, clock, operation }: ReportParts,
  { attempts, endpoint }: CallDeadline,
  { begunMs, error }: { begunMs: number; error: unknown },
): void {
  const durationMs = clock.now() - begunMs;
  const detail = { durationMs, attempts, ...(error === undefined ? {} : { error }) };
  const attributes = {
    ...operationAttributes(operation),
    ...serverAttributes(endpoint),
    ...errorAttributes(error),
    'paxkv.attempts': attempts,
  };
  events.emit('call', detail, attributes);
  if (error !== undefined) {
    events.emit('failure', detail, attributes);
  }
}
