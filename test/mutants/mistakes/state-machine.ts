/** Mistakes of the replicated state: sessions, positions, determinism, formats. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const stateMachineMutants: readonly Mutant[] = [
  {
    id: 'retry-done-twice',
    mistake: 24,
    does: 'A session does not remember what it has done.',
    loses: 'A retried write takes effect twice.',
    file: 'kvserver/src/state-machine/sessions/sessions.ts',
    right:
      '  if (cached?.digest === digest) return cached.reply;\n  if (cached !== undefined) return',
    wrong: '  if (cached !== undefined && cached.digest !== digest) return',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/state-machine/sessions/sessions',
        'applies a stamped append once and repeats its reply',
      ),
    ],
  },
  {
    id: 'sessions-not-on-disk',
    mistake: 25,
    does: 'Sessions are not written with the state.',
    loses:
      'After a restart a retried write is refused on one replica and remembered on the others.',
    file: 'kvserver/src/storage/state/state-database.ts',
    right: 'for (const [id, session] of sessions) this',
    wrong: 'for (const [id, session] of sessions.slice(0, 0)) this',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/storage/state/state-database',
        'takes all that a run changed in one write',
      ),
    ],
  },
  {
    id: 'replies-dropped-early',
    mistake: 25,
    does: 'A session drops the reply that is still awaited with those below it.',
    loses: 'Its retry takes effect a second time.',
    file: 'kvserver/src/state-machine/sessions/session.ts',
    right: 'this.#replies.deleteBelow(number);',
    wrong: 'this.#replies.deleteBelow(number + 1);',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/state-machine/sessions/sessions',
        'drops replies below the first outstanding number, and no others',
      ),
    ],
  },
  {
    id: 'old-echo-admitted',
    mistake: 25,
    does: 'A session does requests whose replies it has dropped already.',
    loses: 'A copy that was long under way takes effect a second time.',
    file: 'kvserver/src/state-machine/sessions/session.ts',
    right:
      'return number >= this.#firstOutstanding && number < this.#firstOutstanding + sessionWindowMax;',
    wrong: 'return number < this.#firstOutstanding + sessionWindowMax;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/state-machine/sessions/sessions',
        'refuses a late copy of a request whose reply is no longer awaited',
      ),
    ],
  },
  {
    id: 'number-reused-unnoticed',
    mistake: 26,
    does: 'Another command under a known number gets the reply of the first.',
    loses: 'The client takes its second command for done.',
    file: 'kvserver/src/state-machine/sessions/sessions.ts',
    right: 'if (cached?.digest === digest) return cached.reply;',
    wrong: 'if (cached !== undefined) return cached.reply;',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/sessions/sessions',
        'refuses another command under a number used before',
      ),
    ],
  },
  {
    id: 'newest-reply-for-all',
    mistake: 26,
    does: 'A retry gets the newest reply of its session.',
    loses: 'A client hears of a revision and a length that another write had.',
    file: 'kvserver/src/state-machine/sessions/session.ts',
    right: 'return this.#replies.get(number);',
    wrong: 'return this.#replies.get(number) && [...this.#replies].at(-1);',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/sessions/sessions',
        'applies a stamped append once and repeats its reply',
      ),
    ],
  },
  {
    id: 'position-apart-from-state',
    mistake: 27,
    does: 'The position is written first, and what it speaks of in a second write.',
    loses: 'A crash between the two leaves a replica that differs for ever.',
    file: 'kvserver/src/storage/state/state-database.ts',
    right: '      batch.put(positionKey, seal(positionKey, fromPosition({ position, checksum })));',
    wrong: `      const first = this.#level.batch();
      first.put(positionKey, seal(positionKey, fromPosition({ position, checksum })));
      await first.write({ sync: true } as WriteOptions);`,
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/storage/state/state-database',
        'takes all that a run changed in one write',
      ),
    ],
  },
  {
    id: 'durable-when-begun',
    mistake: 28,
    does: 'What is being written counts as durable already.',
    loses: 'After a power loss of all servers an acknowledged write is in no log and in no state.',
    file: 'kvserver/src/state-machine/state-machine.ts',
    right: '    const { applied } = this;\n    const [stateHash',
    wrong: '    const { applied } = this;\n    this.#durable = applied;\n    const [stateHash',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-database',
        'does not run ahead to what is applied during a write',
      ),
    ],
  },
  {
    id: 'two-writes-at-once',
    mistake: 27,
    does: 'A write of the state begins while another is under way.',
    loses: 'The later may be on disk without the earlier: rows of no position.',
    file: 'kvserver/src/state-machine/state-machine.ts',
    right: 'this.#writing ??= this.#write(pause);',
    wrong: 'this.#writing = this.#write(pause);',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-database',
        'comes by one write at a time, whoever asks for it',
      ),
    ],
  },
  {
    id: 'waiting-not-found',
    mistake: 20,
    does: 'A read passes over what waits to be written.',
    loses: 'It answers from the database what was overwritten since, and acknowledged.',
    file: 'kvserver/src/state-machine/store/entry-cache.ts',
    right: '      this.#dirty.get(name) ??\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/store/entry-cache',
        'finds dirty entries and those being written before it reads the database',
      ),
    ],
  },
  {
    id: 'being-written-not-found',
    mistake: 20,
    does: 'A read passes over what is being written.',
    loses: 'As before.',
    file: 'kvserver/src/state-machine/store/entry-cache.ts',
    right: '      this.#writing.get(name) ??\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/store/entry-cache',
        'finds dirty entries and those being written before it reads the database',
      ),
    ],
  },
  {
    id: 'late-answer-kept',
    mistake: 20,
    does: 'What the database said before a write is kept in memory after it.',
    loses: 'Later reads are answered with it, though it is old.',
    file: 'kvserver/src/state-machine/store/entry-cache.ts',
    right: 'if (known === undefined && writeCount === this.#writeCount)',
    wrong: 'if (known === undefined && writeCount <= this.#writeCount)',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/store/entry-cache',
        'keeps no entry whose read began before a write and ended after it',
      ),
    ],
  },
  {
    id: 'clock-in-state',
    mistake: 29,
    does: 'Applying a command asks the clock.',
    loses: 'Replicas part ways: each has its own time.',
    file: 'kvserver/src/state-machine/store/store.ts',
    right: 'createRevision: before?.createRevision ?? revision,',
    wrong: 'createRevision: before?.createRevision ?? Date.now(),',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/state-machine/state-machine-contract',
        'has the replies and the state of the model, however the log is split and restarted',
      ),
    ],
  },
  {
    id: 'counts-without-bound',
    mistake: 52,
    does: 'Counters are read back though no double holds them exactly.',
    loses: 'A revision or session id is given twice.',
    file: 'protocol/src/rows.ts',
    right: 'Number.isSafeInteger(field)',
    wrong: 'Number.isInteger(field)',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/batch',
        'lets no number beyond exact integers into the log',
      ),
    ],
  },
  {
    id: 'counter-beyond-64-bits',
    mistake: 52,
    does: 'An increment takes a counter beyond 64 bits.',
    loses: 'A counter is stored that no later increment takes for one.',
    file: 'kvserver/src/state-machine/store/commands/increment.ts',
    right: 'if (!isCounter(value)) return',
    wrong: 'if (value === before + by + 1n) return',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/store/commands/increment',
        'refuses to add 1 to 9223372036854775807, beyond 64 bits',
      ),
    ],
  },
  {
    id: 'dropped-is-absent',
    mistake: 20,
    does: 'What has left memory for lack of room counts as never written.',
    loses: 'A read says that a key is absent, and an append begins it anew.',
    file: 'kvserver/src/state-machine/store/entry-cache.ts',
    right: '!this.#isNew || this.#recent.hasDropped',
    wrong: '!this.#isNew',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/store/entry-cache',
        'knows absent keys without the database while it has dropped nothing',
      ),
    ],
  },
  {
    id: 'unreadable-value-proposed',
    mistake: 53,
    does: 'A batch is proposed without a look at whether it can be read.',
    loses: 'Once it is decided every replica stops there, for ever.',
    file: 'kvserver/src/state-machine/batch.ts',
    right: '  expectReadable(value);\n',
    wrong: '',
    caughtBy: [
      byTest('unit/kvserver/state-machine/batch', 'keeps bytes that are no request out of the log'),
    ],
  },
  {
    id: 'unknown-value-skipped',
    mistake: 55,
    does: 'A decided value of a newer format is skipped.',
    loses: 'Old and new servers part ways without a word.',
    file: 'kvserver/src/state-machine/batch.ts',
    right: '  if (value[0] !== format) {',
    wrong: `  if (value[0] !== format) return { origin: undefined, requests: [] };
  if (value[0] !== format) {`,
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/state-machine',
        'never skips a value it cannot read (STATE_UNKNOWN_FORMAT)',
      ),
    ],
  },
  {
    id: 'row-checksum-ignored',
    mistake: 59,
    does: 'The checksum of a row is not looked at.',
    loses: 'A bit that flipped on disk is served as a value.',
    file: 'kvserver/src/storage/state/sealed-row.ts',
    right: 'if (sealed.length >= sumBytes && sumIn(sealed) === sumOf(key, body)) return body;',
    wrong: 'if (sealed.length >= sumBytes) return body;',
    caughtBy: [byTest('unit/kvserver/storage/state/sealed-row', 'is damaged by any one bit')],
  },
];
