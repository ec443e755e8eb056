/** Mistakes of the client: retries, numbers, and what it tells its caller. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const clientMutants: readonly Mutant[] = [
  {
    id: 'new-number-each-attempt',
    mistake: 24,
    does: 'Each attempt of a write goes out under a number of its own.',
    loses: 'A retried write takes effect twice.',
    file: 'client/src/session/session.ts',
    right: 'return this.#number;',
    wrong: 'return this.session.begin().#number;',
    caughtBy: [
      bySimulation,
      byTest('unit/client/kv-client', 'keeps the number of a write over its retries'),
    ],
  },
  {
    id: 'retried-elsewhere',
    mistake: 24,
    does: 'A write that may have arrived goes out anew when its session expires.',
    loses: 'It takes effect twice.',
    file: 'client/src/session/writer.ts',
    right: 'if (tally.mayHaveArrived) {',
    wrong: 'if (!tally.mayHaveArrived && place.number < 0) {',
    caughtBy: [
      byTest(
        'unit/client/session/writer',
        'never sends a retried write under another session: its outcome is unknown',
      ),
    ],
  },
  {
    id: 'lost-means-not-done',
    mistake: 49,
    does: 'A request whose answer was lost counts as never sent.',
    loses: 'The caller is told "not done" of a write that took effect.',
    file: 'client/src/retry/attempts-outcome.ts',
    right: "this.#wasLost ||= error.sent === 'maybe';",
    wrong: "this.#wasLost ||= error.sent === 'maybe' && this.#isUnderWay;",
    caughtBy: [
      bySimulation,
      byTest(
        'unit/client/retry/attempts-outcome',
        'takes what is under way, lost or of unknown outcome for perhaps arrived',
      ),
    ],
  },
  {
    id: 'lost-connection-means-unsent',
    mistake: 49,
    does: 'What was under way on a connection that broke counts as never sent.',
    loses:
      'The caller is told "not done" of a write that took effect, or it goes out under another session.',
    file: 'client/src/stream/channel.ts',
    right: "attempt.fail(new ExchangeError('maybe', why));",
    wrong: "attempt.fail(new ExchangeError('no', why));",
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
    right: '    if (!this.mayHaveArrived) {',
    wrong: '    if (this.#attemptCount > 0) {',
    caughtBy: [
      byTest(
        'unit/client/retry/attempts-outcome',
        'throws a last word as unknown where an earlier attempt may have arrived',
      ),
    ],
  },
];
