/** Mistakes of linearizable reads, which a server answers from its own state after a quorum read. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const readsMutants: readonly Mutant[] = [
  {
    id: 'read-without-quorum',
    mistake: 17,
    does: 'A server answers a read without asking any other how far the log may go.',
    loses: 'One that is cut off answers from its old state what was overwritten elsewhere.',
    file: 'paxos/src/core/commit/quorum-read.ts',
    right: 'if (answers.size < quorumSize(peerCount)) return;',
    wrong: 'if (answers.size < Math.min(1, quorumSize(peerCount))) return;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/commit/quorum-read',
        'ends with a quorum, at the highest answer, its own included',
      ),
    ],
  },
  {
    id: 'earlier-answer-confirms',
    mistake: 19,
    does: 'An answer to an earlier question counts for the pending one.',
    loses: 'What was decided between the two is not seen by the read.',
    file: 'paxos/src/core/commit/quorum-read.ts',
    right: 'if (pending?.id !== id) return;',
    wrong: 'if (!pending || pending.id < id) return;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/commit/quorum-read',
        'counts no answer to an earlier question, which knows nothing of what came between',
      ),
    ],
  },
  {
    id: 'answer-to-earlier-run-confirms',
    mistake: 19,
    does: 'A server counts its questions from one again after a restart.',
    loses: 'An answer to its former run, late on its way, confirms a read.',
    file: 'paxos/src/core/commit/quorum-read.ts',
    right: 'this.#lastId = Math.floor(options.random.next() * firstIdRange);',
    wrong: 'this.#lastId = Math.floor(options.random.next() * 0 * firstIdRange);',
    caughtBy: [
      byTest(
        'unit/paxos/core/commit/quorum-read',
        'counts no answer to a question of an earlier run of its peer',
      ),
    ],
  },
  {
    id: 'late-read-joins',
    mistake: 19,
    does: 'A read that arrives while a question is pending is answered by it.',
    loses: 'As before.',
    file: 'kvserver/src/replica/reads/reads.ts',
    right: 'if (this.#current === undefined) this.#start();',
    wrong: `if (this.#current !== undefined) {
      this.#current = [...this.#current, ...this.#next];
      this.#next = [];
    } else this.#start();
    if (this.#current === undefined) this.#start();`,
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/replica/reads/reads',
        'starts one new quorum read for all reads that arrived during the last one',
      ),
    ],
  },
  {
    id: 'read-before-applied',
    mistake: 20,
    does: 'A read is answered before the state has reached the read index.',
    loses: 'A server that is behind, or just starts, answers from its old state.',
    file: 'kvserver/src/replica/reads/reads.ts',
    right: 'const ready = this.#groups.filter(({ readIndex }) => readIndex <= applied);',
    wrong:
      'const ready = this.#groups.filter(({ readIndex }) => readIndex <= applied || readIndex > 0);',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/replica/reads/reads',
        'answers once a quorum gave the read index, and the state has reached it',
      ),
    ],
  },
  {
    id: 'asks-twice-only',
    mistake: 76,
    does: 'A server that got no answer to a question asks again once, and no more.',
    loses: 'Every read of a server that was cut off for a moment waits for good.',
    file: 'paxos/src/core/commit/quorum-read.ts',
    right: "if (!answers.has(to)) step.sendNow(to, { type: 'readIndex', id });",
    wrong:
      "if (!answers.has(to) && this.#pending?.attempt === 1) step.sendNow(to, { type: 'readIndex', id });",
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/commit/quorum-read',
        'asks those peers again that did not answer, until a quorum did',
      ),
    ],
  },
];
