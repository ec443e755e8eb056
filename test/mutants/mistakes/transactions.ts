/** Mistakes of transactions. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

const effects = 'kvserver/src/state-machine/store/commands/transact.ts';
const effectTests = 'unit/kvserver/state-machine/store/commands/transact';
const replyTests = 'unit/kvserver/state-machine/sessions/kept-reply';

export const transactionMutants: readonly Mutant[] = [
  {
    id: 'failed-condition-forgotten',
    mistake: 22,
    does: 'A session keeps the reply of a transaction only if its comparisons held.',
    loses:
      'The retry of a conditional write that failed takes effect, though its client was told that it failed.',
    file: 'kvserver/src/state-machine/sessions/sessions.ts',
    right: '  if (isWriteReply(reply)) {\n',
    wrong: "  if (isWriteReply(reply) && !(reply.type === 'transact' && !reply.passed)) {\n",
    caughtBy: [
      byTest(replyTests, 'repeats that a condition did not hold, though it would hold by now'),
    ],
  },
  {
    id: 'refused-transaction-in-part',
    mistake: 77,
    does: 'What a transaction has changed before one of its operations was refused stays.',
    loses: 'Half of a transfer takes effect.',
    file: effects,
    right: 'return { reply, changes: [], readBytes: 0 };',
    wrong: 'return { reply, changes: draft.changes, readBytes: 0 };',
    caughtBy: [
      byTest(
        effectTests,
        'has no effect at all if one of its operations is refused: an increment of what is no counter',
      ),
    ],
  },
  {
    id: 'deletion-beside-a-put-lost',
    mistake: 77,
    does: 'A transaction that writes several keys deletes none that the database has.',
    loses: 'Half of a move from one key to another takes effect.',
    file: 'kvserver/src/state-machine/store/store.ts',
    right: '    for (const { slot, entry } of changes) this.#change(slot, entry);\n',
    wrong: `    for (const { slot, entry } of changes) {
      const isOnDisk = slot.rowSum !== undefined && changes.length > 1;
      if (entry !== undefined || !isOnDisk) this.#change(slot, entry);
    }
`,
    caughtBy: [bySimulation],
  },
  {
    id: 'one-comparison-suffices',
    mistake: 77,
    does: 'A transaction passes if one of its comparisons holds.',
    loses: 'A write that depends on two keys overwrites what has changed in one of them.',
    file: effects,
    right: 'transaction.if.every(',
    wrong: 'transaction.if.some(',
    caughtBy: [
      byTest(
        effectTests,
        'does the operations of the branch that its comparisons choose, and no other',
      ),
    ],
  },
  {
    id: 'compares-what-was-before',
    mistake: 77,
    does: 'Operations of a transaction read the entries as they were before it.',
    loses: 'Of two appends in one transaction the first is lost.',
    file: effects,
    right: '    const copy = this.#copyOf(operation.key);',
    wrong:
      '    const copy = { ...(this.#copies.get(nameOf(operation.key))?.slot ?? this.#copyOf(operation.key)) };',
    caughtBy: [
      byTest(
        effectTests,
        'has one revision for all its writes, and each operation sees those before it',
      ),
    ],
  },
  {
    id: 'absent-value-compares',
    mistake: 77,
    does: 'The value of an absent key counts as different from every constant.',
    loses: 'A key is taken for present: a write on condition that its value differs creates it.',
    file: effects,
    right: 'if (entry === undefined) return false;\n    return isRelated(orderOf(entry.value,',
    wrong: "return isRelated(orderOf(entry?.value ?? '',",
    caughtBy: [
      byTest(effectTests, 'compares values byte by byte, and none with that of an absent key'),
    ],
  },
  {
    id: 'large-reply-kept',
    mistake: 45,
    does: 'Sessions keep what transactions read, however large it is.',
    loses: 'The replies of one client evict the sessions of all others.',
    file: 'kvserver/src/state-machine/sessions/kept-reply.ts',
    right: "if (reply.type !== 'transact' || isKeptWhole(reply, sessionBytes)) return reply;",
    wrong: 'if (sessionBytes >= 0) return reply;',
    caughtBy: [
      byTest(
        replyTests,
        'of a transaction is kept whole up to its limit, and without results above it',
      ),
    ],
  },
  {
    id: 'large-replies-displace-others',
    mistake: 25,
    does: 'Sessions keep replies to transactions without regard to how much they keep already.',
    loses:
      'Numbers of the session are over before their requests arrive: their outcomes are unknown.',
    file: 'kvserver/src/state-machine/sessions/kept-reply.ts',
    right: ' && sessionBytes + bytes <= sessionKeptBytesMax',
    wrong: ' && sessionBytes >= 0',
    caughtBy: [
      byTest(replyTests, 'of 500 bytes to each request of a whole window displaces no other'),
    ],
  },
  {
    id: 'deep-reply-kept',
    mistake: 74,
    does: 'Results are in the row of a reply as they are.',
    loses: 'A session with the reply to a nested transaction cannot be read: no server starts.',
    file: 'protocol/src/commands/transact.ts',
    right: 'results && packed(results.map(resultToRow))',
    wrong: 'results?.map(resultToRow) ?? null',
    also: [
      {
        file: 'protocol/src/commands/transact.ts',
        right: 'unpack(toBytes(results)).map(toRow).map(resultFromRow)',
        wrong: 'toRow(results).map(toRow).map(resultFromRow)',
      },
    ],
    caughtBy: [byTest(replyTests, 'of the deepest transaction is read again after a restart')],
  },
  {
    id: 'reads-without-bound',
    mistake: 70,
    does: 'The transactions of an instance may read any amount together.',
    loses: 'All servers run out of memory at the same instance, and again after each start.',
    file: 'kvserver/src/state-machine/store/store.ts',
    right: '    this.#instanceReadBytes += readBytes;\n',
    wrong: '',
    caughtBy: [
      byTest(
        effectTests,
        'has no results if the transactions of its instance read too much, but takes effect',
      ),
    ],
  },
  {
    id: 'parts-not-counted',
    mistake: 70,
    does: 'A transaction counts as one request of a batch, however many keys it names.',
    loses: 'Every server reads a hundred times as many entries at once, and runs out of memory.',
    file: 'kvserver/src/replica/requests/request-size.ts',
    right: "  if (command.type !== 'transact') return 1;",
    wrong: "  if (command.type !== 'openSession') return 1;",
    caughtBy: [
      byTest(
        'unit/kvserver/replica/requests/pending-bounds',
        'go into batches by the parts of transactions, of which each may need an entry',
      ),
    ],
  },
  {
    id: 'if-match-left-out',
    mistake: 77,
    does: 'A write by HTTP is done without the one condition in its headers.',
    loses: 'Two clients that create a key with If-None-Match both succeed.',
    file: 'kvserver/src/api/http/routes/key-routes.ts',
    right: 'if (given.length === 0) return',
    wrong: 'if (given.length <= 1) return',
    caughtBy: [
      byTest(
        'unit/kvserver/api/http/routes/key-routes',
        'write only if the key is as If-Match or If-None-Match says',
      ),
    ],
  },
  {
    id: 'batch-split-unasked',
    mistake: 77,
    does: 'A batch of PaxosLevel that is larger than a transaction is written in parts.',
    loses: 'A part of the batch is all that is written, though batches are atomic.',
    file: 'paxos-level/src/paxos-level.ts',
    right: 'if (length > transactionItemsMax && !this.#splitBatches) {',
    wrong: 'if (length < 0 && !this.#splitBatches) {',
    caughtBy: [
      byTest(
        'unit/paxos-level/paxos-level',
        'refuses a batch that is larger than a transaction, and writes nothing of it',
      ),
    ],
  },
];
