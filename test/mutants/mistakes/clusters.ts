/** Mistakes of clusters with a name: clients and servers that take another one for theirs. */
import { byTest, type Mutant } from '../mutant.ts';

const sessions = 'kvserver/src/state-machine/sessions/sessions.ts';
const sessionsTest = 'unit/kvserver/state-machine/sessions/sessions';
const raiser = 'kvserver/src/replica/levels/level-raiser.ts';
const raiserTest = 'unit/kvserver/replica/levels/level-raiser';

export const clusterMutants: readonly Mutant[] = [
  {
    id: 'any-cluster-served',
    mistake: 66,
    does: 'A client does not compare the cluster of a server with that of the first one.',
    loses: 'Its writes are spread over two clusters; a retry takes effect in both.',
    file: 'client/src/cluster-pin.ts',
    right: 'if (incarnation === this.#pinned.incarnation) {',
    wrong: 'if (incarnation !== "") {',
    caughtBy: [
      byTest(
        'unit/client/stream/connection',
        'sends nothing, and fails every call of the client from then on',
      ),
      byTest(
        'unit/client/http/http-exchange',
        'fails a write of which another cluster says that it did it as unknown, then sends nothing',
      ),
    ],
  },
  {
    id: 'unnamed-cluster-trusted',
    mistake: 66,
    does: 'A client that knows its cluster sends to a server that does not know its own yet.',
    loses: 'A server of another cluster takes a write while it starts.',
    file: 'client/src/cluster-pin.ts',
    right: "return this.#pinned && new ExchangeError('no', what);",
    wrong: "return this.#pinned && what === '' ? new ExchangeError('no', what) : undefined;",
    caughtBy: [
      byTest(
        'unit/client/stream/connection',
        'asks another server while one does not know its cluster yet',
      ),
    ],
  },
  {
    id: 'sent-before-the-name',
    mistake: 66,
    does: 'A stream of the client sends its queue before the hello of the server was compared.',
    loses: 'Another cluster takes the first writes.',
    file: 'client/src/stream/connection.ts',
    right: "(notice.type === 'hello' || notice.type === 'incarnation') && !this.#isPinned(notice)",
    wrong: "notice.type === 'incarnation' && !this.#isPinned(notice)",
    caughtBy: [
      byTest(
        'unit/client/stream/connection',
        'sends nothing, and fails every call of the client from then on',
      ),
    ],
  },
  {
    id: 'http-without-the-name',
    mistake: 66,
    does: 'A request by HTTP does not say which cluster the client expects.',
    loses: 'Another cluster does the write before the client learns of it.',
    file: 'client/src/http/http-exchange.ts',
    right: 'isChecked && expected !== undefined ? { incarnation: expected } : {}',
    wrong: 'isChecked && expected === "" ? { incarnation: expected } : {}',
    caughtBy: [
      byTest(
        'unit/client/http/http-exchange',
        'expects the cluster of the first answer from then on, and says so in each request',
      ),
    ],
  },
  {
    id: 'foreign-answer-not-done',
    mistake: 49,
    does: 'A write that another cluster has done, or may have done, is reported as not done.',
    loses: 'The client writes it again, and it takes effect twice.',
    file: 'client/src/http/http-exchange.ts',
    right: 'if (refusal === undefined || (!isSuccess && isNotDone(body))) return refusal;',
    wrong: 'if (refusal === undefined || isNotDone(body) || true) return refusal;',
    caughtBy: [
      byTest(
        'unit/client/http/http-exchange',
        'fails a write of which another cluster does not know the outcome as unknown',
      ),
      byTest(
        'unit/client/http/http-exchange',
        'fails a write of which another cluster says that it did it as unknown, then sends nothing',
      ),
    ],
  },
  {
    id: 'server-serves-any-expectation',
    mistake: 66,
    does: 'A server does not compare the cluster that a client expects.',
    loses: 'A cluster that was made anew takes writes meant for the former one.',
    file: 'kvserver/src/service/cluster-incarnation.ts',
    right: 'if (expected === undefined || expected === this.#name) return;',
    wrong: 'if (expected === undefined || this.#name !== undefined) return;',
    caughtBy: [
      byTest(
        'unit/kvserver/service/cluster-incarnation',
        'is compared with what a client expects, if it expects one',
      ),
    ],
  },
  {
    id: 'founded-again',
    mistake: 66,
    does: 'A leader founds the cluster though its log is not empty.',
    loses: 'It goes to a level that a server, which is away, cannot run at.',
    file: raiser,
    right: 'if (applied < 0 && max < 0)',
    wrong: 'if (applied < 0)',
    caughtBy: [byTest(raiserTest, 'founds nothing as a follower, or where an instance is known')],
  },
  {
    id: 'named-twice',
    mistake: 66,
    does: 'A server that lost its state names the cluster, though it has recorded a name.',
    loses: 'The cluster becomes another one: all clients are refused.',
    file: raiser,
    right: '    if (isNaming && port.incarnation !== undefined) return;\n',
    wrong: '',
    caughtBy: [
      byTest(
        raiserTest,
        'names none if it belongs to a cluster that has a name, though its state knows none',
      ),
    ],
  },
  {
    id: 'renamed-by-the-log',
    mistake: 66,
    does: 'A second name in the log replaces the first one.',
    loses: 'The sessions of all clients end, and the clients are refused.',
    file: sessions,
    right: 'if (this.#incarnation !== undefined || incarnation === undefined) return;',
    wrong: 'if (incarnation === undefined) return;',
    caughtBy: [byTest(sessionsTest, 'replace those of the lower level, which all end, once')],
  },
  {
    id: 'peer-of-any-cluster',
    mistake: 54,
    does: 'Servers do not compare the names of their clusters in the handshake.',
    loses: 'A member of the former cluster votes in the one that was made anew.',
    file: 'kvserver/src/transport/level-exchange.ts',
    right: 'return incarnation === this.#incarnation;',
    wrong: 'return true;',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/peer-transport',
        'refuses a server of another incarnation, on either side, and teaches its own to one without',
      ),
    ],
  },
];
