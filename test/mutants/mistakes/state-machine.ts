/** Mistakes of the replicated state: sessions, positions, determinism, formats. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const stateMachineMutants: readonly Mutant[] = [
  {
    id: 'retry-done-twice',
    mistake: 24,
    does: 'A session does not remember its replies.',
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
    file: 'kvserver/src/storage/state/start-rows.ts',
    right: '...sessions.map(([id, session]) => {',
    wrong: '...sessions.slice(0, 0).map(([id, session]) => {',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/storage/state/state-database',
        'writes all changes of a run in one batch',
      ),
    ],
  },
  {
    id: 'replies-dropped-early',
    mistake: 25,
    does: 'A session also drops the lowest awaited reply.',
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
    id: 'old-repeat-applied',
    mistake: 25,
    does: 'A session applies requests whose replies it has dropped already.',
    loses: 'A long-delayed copy takes effect a second time.',
    file: 'kvserver/src/state-machine/sessions/session.ts',
    right:
      'return number >= this.#firstOutstanding && number < this.#firstOutstanding + sessionWindowMax;',
    wrong: 'return number < this.#firstOutstanding + sessionWindowMax;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/state-machine/sessions/sessions',
        'refuses a repeat that a later request no longer awaited',
      ),
    ],
  },
  {
    id: 'number-reused-unnoticed',
    mistake: 26,
    does: 'Another command with a used number gets the reply of the first.',
    loses: 'The client believes that its second command took effect.',
    file: 'kvserver/src/state-machine/sessions/sessions.ts',
    right: 'if (cached?.digest === digest) return cached.reply;',
    wrong: 'if (cached !== undefined) return cached.reply;',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/sessions/sessions',
        'refuses another command with a used number',
      ),
    ],
  },
  {
    id: 'newest-reply-for-all',
    mistake: 26,
    does: 'A retry gets the newest reply of its session.',
    loses: 'A client gets the revision and the length of another write.',
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
    id: 'position-written-separately',
    mistake: 27,
    does: 'The position is written first, and the state in a second write.',
    loses: 'After a crash between the two, the replica differs permanently.',
    file: 'kvserver/src/storage/state/state-database.ts',
    right: '    batch.put(positionKey, seal(positionKey, fromPosition({ position, checksum })));',
    wrong: `    const first = this.#level.batch();
    first.put(positionKey, seal(positionKey, fromPosition({ position, checksum })));
    await first.write({ sync: true } as WriteOptions);`,
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/storage/state/state-database',
        'writes all changes of a run in one batch',
      ),
    ],
  },
  {
    id: 'durable-when-begun',
    mistake: 28,
    does: 'A write in progress counts as durable already.',
    loses: 'After a power loss of all servers an acknowledged write is in no log and in no state.',
    file: 'kvserver/src/state-machine/state-machine.ts',
    right: '    const stateHash',
    wrong: '    this.#durable = applied;\n    const stateHash',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-database',
        'does not include instances applied during a write',
      ),
    ],
  },
  {
    id: 'two-writes-at-once',
    mistake: 27,
    does: 'A write of the state starts while another is in progress.',
    loses: 'The later write may be on disk without the earlier one: the rows match no position.',
    file: 'kvserver/src/state-machine/state-machine.ts',
    right: 'this.#writing ??= this.#write(pause);',
    wrong: 'this.#writing = this.#write(pause);',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-database',
        'has one write at a time, for all callers',
      ),
    ],
  },
  {
    id: 'dirty-entry-not-found',
    mistake: 20,
    does: 'A read ignores entries that wait to be written.',
    loses: 'It returns a value from the database that an acknowledged write has replaced.',
    file: 'kvserver/src/state-machine/store/entry-cache.ts',
    right: '      this.#dirty.get(name) ??\n',
    wrong: '',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/state-machine/store/entry-cache',
        'looks among entries to be written and being written, then asks the database',
      ),
    ],
  },
  {
    id: 'entry-in-write-not-found',
    mistake: 20,
    does: 'A read ignores entries that are being written.',
    loses: 'As before.',
    file: 'kvserver/src/state-machine/store/entry-cache.ts',
    right: '      this.#writing.get(name) ??\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/store/entry-cache',
        'looks among entries to be written and being written, then asks the database',
      ),
    ],
  },
  {
    id: 'late-answer-kept',
    mistake: 20,
    does: 'A database answer from before a write is cached after it.',
    loses: 'Later reads return this outdated value.',
    file: 'kvserver/src/state-machine/store/entry-cache.ts',
    right: 'if (known === undefined && writeCount === this.#writeCount)',
    wrong: 'if (known === undefined && writeCount <= this.#writeCount)',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/store/entry-cache',
        'keeps no database answer from before a write that arrives after it',
      ),
    ],
  },
  {
    id: 'clock-in-state',
    mistake: 29,
    does: 'Applying a command reads the clock.',
    loses: 'Replicas diverge: each has its own clock.',
    file: 'kvserver/src/state-machine/store/next-entry.ts',
    right: 'createRevision: before?.createRevision ?? revision,',
    wrong: 'createRevision: before?.createRevision ?? Date.now(),',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/kvserver/state-machine/state-machine-contract',
        'has the replies and the state of the model, however the log is cut and restarted',
      ),
    ],
  },
  {
    id: 'counts-without-bound',
    mistake: 52,
    does: 'Counters are accepted though no double holds them exactly.',
    loses: 'A revision or session id is used twice.',
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
    does: 'An increment stores a counter beyond 64 bits.',
    loses: 'A counter is stored that no later increment accepts.',
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
    id: 'evicted-is-absent',
    mistake: 20,
    does: 'An evicted entry counts as never written.',
    loses: 'A read reports a key as absent, and an append starts it from scratch.',
    file: 'kvserver/src/state-machine/store/entry-cache.ts',
    right: '!this.#isNew || this.#recent.hasDropped',
    wrong: '!this.#isNew',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/store/entry-cache',
        'knows absent keys without the database, as long as it holds every entry ever written',
      ),
    ],
  },
  {
    id: 'unreadable-value-proposed',
    mistake: 53,
    does: 'A batch is proposed without checking that it can be decoded.',
    loses: 'Once it is decided every replica stops there permanently.',
    file: 'kvserver/src/state-machine/batch.ts',
    right: 'return { value, content: expectReadable(value) };',
    wrong: 'return { value, content: { origin, requests } };',
    caughtBy: [byTest('unit/kvserver/state-machine/batch', 'refuses bytes that are no request')],
  },
  {
    id: 'unknown-value-skipped',
    mistake: 55,
    does: 'A decided value of a newer format is skipped.',
    loses: 'Old and new servers diverge without notice.',
    file: 'kvserver/src/state-machine/batch.ts',
    right:
      '  if (value[0] !== format && value[0] !== openingFormat && value[0] !== expiryFormat) {',
    wrong: `  if (![format, openingFormat, expiryFormat].includes(value[0] ?? 0)) return { origin: undefined, requests: [] };
  if (value[0] !== format && value[0] !== openingFormat && value[0] !== expiryFormat) {`,
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
    does: 'The checksum of a row is not verified.',
    loses: 'A value with a flipped bit is served.',
    file: 'kvserver/src/storage/state/rows.ts',
    right: 'if (sealed.length >= sumBytes && sumIn(sealed) === sumOf(key, body)) return body;',
    wrong: 'if (sealed.length >= sumBytes) return body;',
    caughtBy: [byTest('unit/kvserver/storage/state/rows', 'is damaged by any one bit')],
  },
];
