/** Mistakes of the replica: batches, log gaps, the order of applying, and when it answers. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const replicaMutants: readonly Mutant[] = [
  {
    id: 'gaps-not-filled',
    mistake: 11,
    does: 'No replica proposes a noop for an instance that stays undecided.',
    loses: 'Nothing above it is ever applied.',
    file: 'kvserver/src/replica/apply/gap-filler.ts',
    right: 'if (now >= sinceMs + fillMs + jitterMs) this.#fill(seq);\n    else if',
    wrong: 'if',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/replica/apply/gap-filler',
        'fills an instance that stays undecided, after a delay and not before',
      ),
    ],
  },
  {
    id: 'noop-without-agreement',
    mistake: 12,
    does: 'An instance that stays undecided is applied as a noop without agreement.',
    loses: 'A value that is decided there later is missing on one replica.',
    file: 'kvserver/src/replica/apply/decision-queue.ts',
    right: '      this.#aboveGap.set(seq, decision);\n      return;',
    wrong: `      this.#aboveGap.set(seq, decision);
      if (seq > this.#nextSeq + 8) this.add({ seq: this.#nextSeq, value: Uint8Array.of(1) });
      return;`,
    caughtBy: [bySimulation],
  },
  {
    id: 'own-batch-compared-by-identity',
    mistake: 24,
    does: 'A replica recognizes its batch by object identity, not by its bytes.',
    loses: 'A decided batch is proposed once more, and its requests take effect twice.',
    file: 'kvserver/src/replica/writes/proposals.ts',
    right: 'return one === other || Buffer.compare(one, other) === 0;',
    wrong: 'return one === other;',
    caughtBy: [
      byTest('unit/kvserver/replica/writes/proposals', 'recognizes its own batch by its bytes'),
    ],
  },
  {
    id: 'write-without-stamp',
    mistake: 24,
    does: 'A write without a stamp goes into the log without one.',
    loses: 'Its batch is forwarded twice and decided twice, and the write takes effect twice.',
    file: 'kvserver/src/replica/writes/own-batches.ts',
    right: `    const own = this.#options.session.stamp(pending);
    return own && { command, stamp: own, ...(principal && { principal }) };`,
    wrong: `    return { command, ...(principal && { principal }) };`,
    caughtBy: [
      byTest(
        'unit/kvserver/replica/writes/writes',
        'take effect once though every forwarded batch may be lost or repeated',
      ),
      byTest(
        'unit/kvserver/replica/writes/own-batches',
        'keeps the stamp of a client, and stamps requests without one',
      ),
    ],
  },
  {
    id: 'number-used-twice',
    mistake: 24,
    does: 'The replica reuses a number of its own session once its reply has arrived.',
    loses: 'Two writes have the same number, and the second never takes effect.',
    file: 'kvserver/src/replica/writes/own-session.ts',
    right: '    this.#next += 1;',
    wrong: '    this.#next = this.#numbers.size + 2;',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/writes/own-session',
        'never uses a number twice, and reports the first outstanding one',
      ),
    ],
  },
  {
    id: 'forwarded-and-forgotten',
    mistake: 11,
    does: 'A forwarded batch is never taken back from the leader.',
    loses:
      'If the message is lost, no replica proposes the batch, and its writes never take effect.',
    file: 'kvserver/src/replica/forwarding/forwarder.ts',
    right: '    if (!maySend || !this.#send(batch, tryCount + 1)) this.#return(batch);',
    wrong: '    if (maySend && countMax < 0) this.#return(batch);',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/forwarding/forwarder',
        'resends a batch that is not applied in time once, then returns it',
      ),
    ],
  },
  {
    id: 'competes-with-a-slow-leader',
    mistake: 11,
    does: 'A replica fills a log gap early, though another replica leads.',
    loses: 'Under overload the replicas compete with each other, and decide nothing.',
    file: 'kvserver/src/replica/apply/gap-filler.ts',
    right: 'const isFollower = leader !== undefined && leader !== this.#options.me;',
    wrong: 'const isFollower = leader === this.#options.me && false;',
    caughtBy: [
      byTest('kv/slow-disks', 'neither competes with its leader nor resends what is in flight'),
    ],
  },
  {
    id: 'no-head-start',
    mistake: 11,
    does: 'A replica that cannot hear the leader always proposes in the next instance, where the leader is faster.',
    loses: 'As long as others write, none of its writes gets into the log.',
    file: 'kvserver/src/replica/writes/writes.ts',
    right: 'return Math.min(headStartMax, 2 ** this.#proposals.consecutiveLosses - 1);',
    wrong: 'return 0;',
    caughtBy: [byTest('unit/kvserver/replica/writes/writes', 'gets its writes into the log')],
  },
  {
    id: 'no-catch-up-without-a-leader',
    mistake: 11,
    does: 'A replica that cannot hear the leader does not request missing decisions.',
    loses: 'It answers gets only after it has proposed in each missing instance.',
    file: 'paxos/src/core/commit/catch-up.ts',
    right: '(this.#nextPeer(missing) ?? leader)',
    wrong: 'leader',
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
    does: 'Applied instances are forgotten before they are on disk.',
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
    does: 'Decisions are applied in order of arrival, ignoring gaps.',
    loses: 'Replicas apply writes in different orders, and diverge.',
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
    does: 'A server that gets nothing decided keeps accepting requests.',
    loses: 'Its memory fills until it crashes, with all pending requests.',
    file: 'kvserver/src/replica/requests/admission.ts',
    right: 'if (used < max) return;',
    wrong: 'if (used < max || max > 0) return;',
    caughtBy: [byTest('unit/kvserver/replica/replica', 'refuses what its queue has no room for')],
  },
  {
    id: 'timeout-says-not-done',
    mistake: 49,
    does: 'A request that was proposed and timed out is reported as not done.',
    loses: 'It is decided later: the report to the client was wrong.',
    file: 'kvserver/src/replica/requests/pending-request.ts',
    right: "return this.#mayTakeEffect ? 'unknown' : 'not done';",
    wrong: "return 'not done';",
    caughtBy: [
      byTest('unit/kvserver/replica/replica', 'distinguishes not done and unknown in a minority'),
    ],
  },
  {
    id: 'stop-says-not-done',
    mistake: 49,
    does: 'A stopping server reports proposed requests as not done.',
    loses: 'As before.',
    file: 'kvserver/src/replica/requests/pending-request.ts',
    right: "const code = this.#mayTakeEffect ? 'KV_INTERRUPTED' : 'KV_UNAVAILABLE';",
    wrong: "const code = 'KV_UNAVAILABLE';",
    caughtBy: [
      byTest('unit/kvserver/replica/replica', 'interrupts when it stops what cannot be decided'),
    ],
  },
  {
    id: 'runs-without-state-machine',
    mistake: 53,
    does: 'A server whose state machine failed keeps voting and accepting requests.',
    loses: 'It applies nothing, its clients wait, and it is not restarted.',
    file: 'kvserver/src/replica/apply/applier.ts',
    right: '    this.#listener?.onFailed(error);',
    wrong: '',
    caughtBy: [byTest('unit/kvserver/replica/replica', 'falls silent when its state fails')],
  },
  {
    id: 'waits-beyond-skipped-instances',
    mistake: 24,
    does: 'Requests go on waiting for their batches while a newer state skips instances.',
    loses:
      'A write takes effect in a skipped instance and its session ends. Its second copy is refused, so it is done again.',
    file: 'kvserver/src/replica/replica.ts',
    right:
      "    this.#pending.interruptAll('This server has fallen behind and takes a newer state.');\n    this.#writes.abandon();\n",
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/writes/replaced-state',
        'is not done again after a newer state, though its session ended meanwhile',
      ),
    ],
  },
];
