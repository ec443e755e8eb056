/** Mistakes of the client: retries, session numbers, and the outcomes it reports. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const clientMutants: readonly Mutant[] = [
  {
    id: 'new-number-each-attempt',
    mistake: 24,
    does: 'Each attempt of a write goes out under a number of its own.',
    loses: 'A retried write takes effect twice.',
    file: 'client/src/session/session.ts',
    right: 'return this.#number;',
    wrong: 'return this.#session.take().#number;',
    caughtBy: [
      bySimulation,
      byTest('unit/client/kv-client', 'keeps the number of a write over its retries'),
    ],
  },
  {
    id: 'retried-elsewhere',
    mistake: 24,
    does: 'A write that may have arrived is sent again under a new session when its session expires.',
    loses: 'It takes effect twice.',
    file: 'client/src/session/session-writer.ts',
    right: "if (error.code === 'KV_REPLY_GONE' || call.outcome.mayHaveArrived) {",
    wrong: 'if (!call.outcome.mayHaveArrived && slot.number < 0) {',
    caughtBy: [
      byTest(
        'unit/client/session/session-writer',
        'never sends a retried write under another session: its outcome is unknown',
      ),
    ],
  },
  {
    id: 'lost-means-not-done',
    mistake: 49,
    does: 'A request whose reply was lost counts as never sent.',
    loses: 'The caller is told "not done" of a write that took effect.',
    file: 'client/src/retry/attempts-outcome.ts',
    right: "this.#wasLost ||= error.sent === 'maybe';",
    wrong: "this.#wasLost ||= error.sent === 'maybe' && this.#latest !== undefined;",
    caughtBy: [
      bySimulation,
      byTest(
        'unit/client/retry/attempts-outcome',
        'counts attempts in flight, lost or of unknown outcome as possibly arrived',
      ),
    ],
  },
  {
    id: 'lost-connection-means-unsent',
    mistake: 49,
    does: 'A request in flight on a connection that broke counts as never sent.',
    loses:
      'The caller is told "not done" of a write that took effect, or it is sent again under another session.',
    file: 'client/src/stream/connection.ts',
    right: "attempt.reject(new ExchangeError('maybe', why));",
    wrong: "attempt.reject(new ExchangeError('no', why));",
    caughtBy: [
      byTest(
        'unit/client/stream/exactly-once',
        'takes effect once if acknowledged, at most once if unknown, and never if not done',
      ),
    ],
  },
  {
    id: 'last-refusal-is-the-outcome',
    mistake: 49,
    does: 'The refusal of one attempt is the outcome of all.',
    loses: 'The caller is told "not done" of a write whose earlier attempt took effect.',
    file: 'client/src/retry/attempts-outcome.ts',
    right: "if (this.#mayHaveTakenEffect || (isWrite && outcome === 'unknown')) {",
    wrong: "if (isWrite && outcome === 'unknown') {",
    caughtBy: [
      byTest(
        'unit/client/retry/attempts-outcome',
        'throws a final error as unknown if an earlier attempt may have arrived',
      ),
    ],
  },
];
