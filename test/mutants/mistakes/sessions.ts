/** Mistakes of sessions: their ids, their owners, and the replies they keep. */
import { byTest, type Mutant } from '../mutant.ts';

const sessions = 'kvserver/src/state-machine/sessions/sessions.ts';
const sessionsTest = 'unit/kvserver/state-machine/sessions/sessions';

export const sessionMutants: readonly Mutant[] = [
  {
    id: 'session-id-from-count',
    mistake: 67,
    does: 'The id of a session does not depend on its random bits.',
    loses: 'Anyone computes the ids of the sessions of others, and uses up their numbers.',
    file: 'kvserver/src/state-machine/sessions/opening.ts',
    right: 'update(incarnation).update(entropy).update(counter)',
    wrong: 'update(incarnation).update(entropy.subarray(16)).update(counter)',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/sessions/opening',
        'gives an id that depends on the cluster, the random bits and the count, and on nothing else',
      ),
    ],
  },
  {
    id: 'session-id-of-any-cluster',
    mistake: 67,
    does: 'The id of a session does not depend on the cluster.',
    loses: 'A session may exist in two clusters, so that a reply of one is believed in the other.',
    file: 'kvserver/src/state-machine/sessions/opening.ts',
    right: 'update(incarnation).update(entropy)',
    wrong: 'update("").update(entropy)',
    caughtBy: [
      byTest(sessionsTest, 'have random ids, none twice, also if a batch is decided twice'),
    ],
  },
  {
    id: 'session-id-given-twice',
    mistake: 67,
    does: 'The id of a session does not depend on the count of sessions.',
    loses: 'A batch that is decided twice gives two clients one session.',
    file: 'kvserver/src/state-machine/sessions/opening.ts',
    right: 'counter.writeBigUInt64BE(BigInt(count));',
    wrong: 'counter.writeBigUInt64BE(BigInt(count * 0));',
    caughtBy: [
      byTest(sessionsTest, 'have random ids, none twice, also if a batch is decided twice'),
    ],
  },
  {
    id: 'opened-without-random-bits',
    mistake: 67,
    does: 'A session opened without random bits gets a number as its id.',
    loses: 'Anyone guesses it.',
    file: sessions,
    right: 'if (opening === undefined) return undefined;',
    wrong: 'if (opening === undefined) return new Session(this.#next, client);',
    caughtBy: [
      byTest(
        sessionsTest,
        'are not opened without random bits, so that the server proposes it again',
      ),
    ],
  },
  {
    id: 'numbered-sessions-outlive-the-raise',
    mistake: 67,
    does: 'Sessions of feature level 1 live on when the cluster gets its name.',
    loses: 'Their ids are small numbers: anyone writes in their names.',
    file: sessions,
    right: '    for (const session of [...this.#table]) this.#evict(session);\n',
    wrong: '',
    caughtBy: [byTest(sessionsTest, 'replace those of the lower level, which all end, once')],
  },
  {
    id: 'session-of-another-user',
    mistake: 67,
    does: 'A request is applied in the session of another user.',
    loses: 'One user uses up the numbers of another, whose writes are refused.',
    file: sessions,
    right: 'return principal !== undefined && owner === userOwner(principal);',
    wrong: 'return principal !== undefined;',
    caughtBy: [
      byTest(sessionsTest, 'survive a restart with their owners, and serve no other user'),
    ],
  },
  {
    id: 'session-of-a-user-for-anyone',
    mistake: 67,
    does: 'An anonymous request is applied in the session of a user.',
    loses: 'As before.',
    file: sessions,
    right: 'return principal !== undefined && owner === userOwner(principal);',
    wrong: 'return principal === undefined || owner === userOwner(principal);',
    caughtBy: [
      byTest(sessionsTest, 'survive a restart with their owners, and serve no other user'),
    ],
  },
  {
    id: 'owner-not-recorded',
    mistake: 67,
    does: 'The owner of a session is not written with it.',
    loses: 'After a restart the session serves everybody, and replicas diverge.',
    file: 'kvserver/src/state-machine/sessions/session.ts',
    right: 'return this.owner === undefined ? row : [...row, this.owner];',
    wrong: 'return row;',
    caughtBy: [
      byTest(sessionsTest, 'survive a restart with their owners, and serve no other user'),
    ],
  },
  {
    id: 'owner-named-by-the-address',
    mistake: 67,
    does: 'The session of a user belongs to the address that opened it.',
    loses: 'Everybody behind that address may use it.',
    file: 'kvserver/src/replica/writes/own-batches.ts',
    right: 'principal === undefined ? network : userOwner(principal)',
    wrong: 'network',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/writes/own-batches',
        'adds random bits and the owner to a request that opens a session, once ids are random',
      ),
    ],
  },
  {
    id: 'kept-text-not-compared',
    mistake: 67,
    does: 'An id is taken for the one that was read before at the same place.',
    loses: 'A request is done under the session of another client.',
    file: 'protocol/src/short-texts.ts',
    right: 'if (isTextOf(known, bytes, start, end)) return known;',
    wrong: "if (known !== '' && known.length === end - start) return known;",
    caughtBy: [
      byTest('unit/protocol/short-texts', 'reads what the bytes say, whatever was read before'),
      byTest(
        'unit/protocol/short-texts',
        'tells texts apart that differ in one place, at their ends and in between',
      ),
    ],
  },
  {
    id: 'evicts-sessions-of-others',
    mistake: 67,
    does: 'At the limit the session that was idle longest is evicted, also that of another owner.',
    loses: 'A client that opens sessions without end ends those of all others.',
    file: sessions,
    right: 'const own = this.#hasOwners ? this.#table.oldestOf(used.owner) : undefined;',
    wrong: 'const own = undefined;',
    caughtBy: [
      byTest(
        sessionsTest,
        'of one owner are evicted before those of others, however many it opens',
      ),
      byTest(sessionsTest, 'are evicted beyond the bytes of all replies, those of the owner first'),
    ],
  },
  {
    id: 'sessions-of-an-owner-without-bound',
    mistake: 67,
    does: 'One owner may have as many sessions as all together.',
    loses: 'Nothing is left for the next owner without evictions.',
    file: sessions,
    right: 'this.#table.countOf(used.owner) > ownerSessionCountMax',
    wrong: 'this.#table.countOf(used.owner) > 2 * ownerSessionCountMax',
    caughtBy: [byTest(sessionsTest, 'of one owner have a bound of their own')],
  },
  {
    id: 'dropped-number-applied-again',
    mistake: 25,
    does: 'A session drops replies for lack of room and still admits their numbers.',
    loses: 'A retry takes effect a second time.',
    file: 'kvserver/src/state-machine/sessions/session.ts',
    right: 'this.raise((this.#replies.lowest ?? this.#firstOutstanding) + 1);',
    wrong: 'this.#replies.deleteBelow((this.#replies.lowest ?? this.#firstOutstanding) + 1);',
    caughtBy: [
      byTest(
        sessionsTest,
        'drop the replies of the lowest numbers beyond their bytes: those numbers are over',
      ),
    ],
  },
  {
    id: 'gone-reply-is-not-done',
    mistake: 49,
    does: 'A number below the window is reported as not done.',
    loses: 'The client writes again what has taken effect.',
    file: 'protocol/src/errors.ts',
    right: "KV_REPLY_GONE: { outcome: 'unknown', status: 410 }",
    wrong: "KV_REPLY_GONE: { outcome: 'not done', status: 410 }",
    caughtBy: [
      byTest(
        'unit/protocol/errors',
        "are all in the README's table of the client, with their outcomes and in their order",
      ),
      byTest(
        'unit/protocol/reply',
        'leaves unknown whether a request took effect whose reply is gone',
      ),
    ],
  },
  {
    id: 'retried-under-another-session',
    mistake: 24,
    does: 'A client sends a write again under a new session though an earlier copy may have arrived.',
    loses: 'The write takes effect twice.',
    file: 'client/src/session/session-writer.ts',
    right: "if (error.code === 'KV_REPLY_GONE' || call.outcome.mayHaveArrived) {",
    wrong: 'if (call.outcome.mayHaveArrived && slot.session === "") {',
    caughtBy: [
      byTest(
        'unit/client/session/session-writer',
        'never sends a retried write under another session: its outcome is unknown',
      ),
    ],
  },
  {
    id: 'spoiled-session-kept',
    mistake: 67,
    does: 'A client keeps a session whose window someone else moved.',
    loses: 'All its further writes fail.',
    file: 'client/src/session/session-writer.ts',
    right: "  'KV_REPLY_GONE',\n",
    wrong: '',
    caughtBy: [
      byTest(
        'unit/client/session/session-writer',
        'replaces a session that keeps no reply, and sends nothing again: a server may have proposed it twice',
      ),
    ],
  },
  {
    id: 'replies-of-a-session-without-bound',
    mistake: 45,
    does: 'The cached replies of one session have no bound in bytes.',
    loses: 'One client fills the memory of all servers with long replies.',
    file: sessions,
    right: 'if (this.#hasOwners) session.limitReplies(this.#limits.sessionReplyBytesMax);\n',
    wrong: '\n',
    caughtBy: [
      byTest(
        sessionsTest,
        'drop the replies of the lowest numbers beyond their bytes: those numbers are over',
      ),
    ],
  },
  {
    id: 'replies-of-all-without-bound',
    mistake: 45,
    does: 'The cached replies of all sessions have no bound in bytes.',
    loses: 'Many sessions fill the memory of all servers.',
    file: sessions,
    right: 'return this.#hasOwners && replyBytes > cachedReplyBytesMax;',
    wrong: 'return this.#hasOwners && replyBytes < 0 && cachedReplyBytesMax > 0;',
    caughtBy: [
      byTest(sessionsTest, 'are evicted beyond the bytes of all replies, those of the owner first'),
    ],
  },
  {
    id: 'dropped-replies-counted',
    mistake: 45,
    does: 'Bytes of dropped replies stay counted.',
    loses:
      'Sessions that use little are evicted, at other moments on each replica after a restart.',
    file: 'kvserver/src/state-machine/sessions/reply-cache.ts',
    right: '      this.#bytes -= bytesOf(lowest.reply);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/sessions/reply-cache',
        'behaves like a Map under random operations',
      ),
    ],
  },
  {
    id: 'openings-without-bound',
    mistake: 70,
    does: 'An owner may open sessions as fast as it likes.',
    loses:
      'One client makes all servers write for nothing, and evicts idle sessions of its address.',
    file: 'kvserver/src/service/opening-limit.ts',
    right: 'if (left < 1) {',
    wrong: 'if (left < 0) {',
    caughtBy: [
      byTest(
        'unit/kvserver/service/opening-limit',
        'lets an owner open a burst, then so many a second, and no other owner pays for it',
      ),
    ],
  },
];
