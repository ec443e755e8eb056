/** Mistakes of the replica: batches, log gaps, the order of applying, and when it answers. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const replicaMutants: readonly Mutant[] = [
  {
    id: 'holes-stay',
    mistake: 11,
    does: 'Nobody proposes a noop where an instance stays undecided.',
    loses: 'Nothing above it is ever applied.',
    file: 'kvserver/src/replica/apply/gap-filler.ts',
    right: 'if (now >= sinceMs + fillMs + jitterMs) this.#fill(seq);\n    else if',
    wrong: 'if',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/replica/apply/gap-filler',
        'fills after a while what stays undecided, and nothing before',
      ),
    ],
  },
  {
    id: 'noop-without-agreement',
    mistake: 12,
    does: 'An instance that stays undecided is applied as a noop without asking anyone.',
    loses: 'A value that is decided there later is missing in one replica.',
    file: 'kvserver/src/replica/apply/decision-queue.ts',
    right: '      this.#aboveGap.set(seq, decision);\n      return;',
    wrong: `      this.#aboveGap.set(seq, decision);
      if (seq > this.#nextSeq + 8) this.add({ seq: this.#nextSeq, value: Uint8Array.of(1) });
      return;`,
    caughtBy: [bySimulation],
  },
  {
    id: 'own-batch-not-known-again',
    mistake: 24,
    does: 'A batch is known again by its place in memory, not by its bytes.',
    loses: 'A batch that has won is proposed once more, and its requests are done twice.',
    file: 'kvserver/src/replica/writes/proposals.ts',
    right: 'return one === other || Buffer.compare(one, other) === 0;',
    wrong: 'return one === other;',
    caughtBy: [byTest('unit/kvserver/replica/writes/proposals', 'knows an own batch by its bytes')],
  },
  {
    id: 'write-without-stamp',
    mistake: 24,
    does: 'A write that comes without a stamp goes into the log without one.',
    loses: 'Its batch is handed over twice and decided twice, and the write is done twice.',
    file: 'kvserver/src/replica/writes/own-batches.ts',
    right: `    const own = this.#options.session.stamp(pending);
    return own && { command, stamp: own };`,
    wrong: `    return { command };`,
    caughtBy: [
      byTest(
        'unit/kvserver/replica/writes/writes',
        'take effect once though every hand-over is lost or repeated',
      ),
      byTest(
        'unit/kvserver/replica/writes/own-batches',
        'leaves the stamp of a client as it is, and gives one to what has none',
      ),
    ],
  },
  {
    id: 'number-used-twice',
    mistake: 24,
    does: 'A number of the own session is given to the next write when its reply has come.',
    loses: 'Two writes go by one number, and the second is never done.',
    file: 'kvserver/src/replica/writes/own-session.ts',
    right: '    this.#next += 1;',
    wrong: '    this.#next = this.#numbers.size + 2;',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/writes/own-session',
        'never uses a number twice, and says which number is the first outstanding',
      ),
    ],
  },
  {
    id: 'handed-over-and-forgotten',
    mistake: 11,
    does: 'A batch that was handed over is left to the leader for good.',
    loses: 'If the message is lost, nobody proposes the batch, and its writes are never done.',
    file: 'kvserver/src/replica/forwarding/forwarder.ts',
    right: '    if (!maySend || !this.#send(batch, tryCount + 1)) this.#return(batch);',
    wrong: '    if (maySend && countMax < 0) this.#return(batch);',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/forwarding/forwarder',
        'gives what is not applied in time once more, then back',
      ),
    ],
  },
  {
    id: 'competes-with-a-slow-leader',
    mistake: 11,
    does: 'A replica fills a hole soon, though another leads.',
    loses: 'Under more load than it can bear the group competes with itself, and decides nothing.',
    file: 'kvserver/src/replica/apply/gap-filler.ts',
    right: 'const isFollower = leader !== undefined && leader !== this.#options.me;',
    wrong: 'const isFollower = leader === this.#options.me && false;',
    caughtBy: [
      byTest('kv/slow-disks', 'neither competes with its leader nor sends again what is under way'),
    ],
  },
  {
    id: 'no-head-start',
    mistake: 11,
    does: 'A replica that cannot hear the leader always wants the next instance, which that leader takes first.',
    loses: 'As long as others write, nothing that is written through it gets into the log.',
    file: 'kvserver/src/replica/writes/writes.ts',
    right: 'return Math.min(headStartMax, 2 ** this.#proposals.consecutiveLosses - 1);',
    wrong: 'return 0;',
    caughtBy: [byTest('unit/kvserver/replica/writes/writes', 'gets its writes into the log')],
  },
  {
    id: 'nobody-asked-without-a-leader',
    mistake: 11,
    does: 'A replica that cannot hear the leader asks nobody for decisions it lacks.',
    loses: 'It answers gets only after it has proposed itself in each instance that it lacks.',
    file: 'paxos/src/core/commit/catch-up.ts',
    right: 'const to = leader ?? this.#nextPeer();',
    wrong: 'const to = leader;',
    caughtBy: [
      byTest('unit/kvserver/replica/writes/writes', 'answers gets soon'),
      byTest(
        'unit/paxos/core/commit/catch-up',
        'asks the leader for what its host waits for, or the others in turn if none leads',
      ),
    ],
  },
  {
    id: 'done-before-durable',
    mistake: 28,
    does: 'The log is forgotten up to what is applied, though that is not on disk yet.',
    loses: 'After a power loss of all servers an acknowledged write is in no log and in no state.',
    file: 'kvserver/src/replica/apply/applier.ts',
    right: '        this.#writeBehind.onApplied(run.bytes);\n',
    wrong: `        this.#writeBehind.onApplied(run.bytes);
        this.#options.paxos.done(this.#machine.applied);
`,
    caughtBy: [
      bySimulation,
      byTest('kv/restart', 'loses nothing acknowledged when all crash again and again'),
    ],
  },
  {
    id: 'applied-out-of-order',
    mistake: 58,
    does: 'Decisions are applied as they come, without regard to gaps.',
    loses: 'Replicas see writes in different orders, and part ways.',
    file: 'kvserver/src/replica/apply/decision-queue.ts',
    right: '    if (seq > this.#nextSeq) {',
    wrong: `    if (seq === this.#nextSeq + 1) {
      this.#push({ seq: this.#nextSeq, value: decision.value });
      return;
    }
    if (seq > this.#nextSeq) {`,
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/replica/replica',
        'lets all nodes propose at once, and does each request once',
      ),
    ],
  },
  {
    id: 'queue-without-bound',
    mistake: 45,
    does: 'A server that gets nothing decided keeps taking requests.',
    loses: 'Its memory fills until it dies, with all that waits.',
    file: 'kvserver/src/replica/requests/pending-requests.ts',
    right: 'if (this.#all.size >= pendingRequestCountMax || this.#bytes >= pendingBytesMax) {',
    wrong:
      'if (this.#all.size + pendingRequestCountMax < 0 || this.#bytes + pendingBytesMax < 0) {',
    caughtBy: [byTest('unit/kvserver/replica/replica', 'refuses what its queue has no room for')],
  },
  {
    id: 'timeout-says-not-done',
    mistake: 49,
    does: 'A request that was proposed and timed out is reported as not done.',
    loses: 'It is decided later: the client was told a lie.',
    file: 'kvserver/src/replica/requests/pending-request.ts',
    right: "const outcome = this.#isProposed ? 'unknown' : 'not done';",
    wrong: "const outcome = 'not done';",
    caughtBy: [
      byTest(
        'unit/kvserver/replica/replica',
        'says in a minority what was not done and what nobody knows',
      ),
    ],
  },
  {
    id: 'stop-says-not-done',
    mistake: 49,
    does: 'A server that stops reports proposed requests as not done.',
    loses: 'As before.',
    file: 'kvserver/src/replica/requests/pending-request.ts',
    right: "const code = this.#isProposed ? 'KV_INTERRUPTED' : 'KV_UNAVAILABLE';",
    wrong: "const code = 'KV_UNAVAILABLE';",
    caughtBy: [
      byTest('unit/kvserver/replica/replica', 'interrupts when it stops what cannot be decided'),
    ],
  },
  {
    id: 'goes-on-half-dead',
    mistake: 53,
    does: 'A server whose state machine failed goes on voting and taking requests.',
    loses: 'It applies nothing, its clients wait, and nobody takes it out.',
    file: 'kvserver/src/replica/apply/applier.ts',
    right: '    this.#listener?.onFailed(error);',
    wrong: '',
    caughtBy: [byTest('unit/kvserver/replica/replica', 'falls silent when its state fails')],
  },
];
