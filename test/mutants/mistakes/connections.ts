/** Mistakes of how connections of clients begin, wait and end. */
import { byTest, type Mutant } from '../mutant.ts';

const sockets = 'kvserver/src/api/http/client-sockets.ts';
const socketsTest = 'unit/kvserver/api/http/client-sockets';

export const connectionMutants: readonly Mutant[] = [
  {
    id: 'stream-ends-at-the-first-refusal',
    mistake: 69,
    does: 'A stream closes at once when its token turns out to be no longer valid.',
    loses: 'Later requests of the stream have an unknown outcome, though nothing of them was done.',
    file: 'kvserver/src/api/stream/stream-connection.ts',
    right: 'this.#leaveTimer = setTimeout(end, this.#options.limits.closeMsMax);',
    wrong: 'end();',
    caughtBy: [
      byTest(
        'unit/kvserver/api/stream/stream-connection',
        'refuses each request by itself once the token is no longer valid, says goodbye, and then closes',
      ),
    ],
  },
  {
    id: 'half-requests-keep-others-out',
    mistake: 70,
    does: 'A connection with half a request counts as busy for ever.',
    loses: 'A client that sends half a request on each connection keeps all others out.',
    file: 'kvserver/src/api/http/app.ts',
    right: 'connections.isIdle(socket) || connections.isStalled(socket, performance.now())',
    wrong: 'connections.isIdle(socket)',
    caughtBy: [
      byTest(
        'unit/kvserver/api/http/connections',
        'make room for others if their clients have sent half a request for two seconds',
      ),
    ],
  },
  {
    id: 'silent-connections-are-kept',
    mistake: 70,
    does: 'At the limit a connection that never sent a request is not closed.',
    loses: 'Connections that send nothing keep all clients out.',
    file: sockets,
    right: 'for (const sockets of [this.#silent, this.#served]) {',
    wrong: 'for (const sockets of [this.#served]) {',
    caughtBy: [byTest(socketsTest, 'closes connections without any request before others')],
  },
  {
    id: 'surplus-connection-is-served',
    mistake: 70,
    does: 'A request on a connection above the limit is served.',
    loses: 'The limit on connections, and on what they may hold, is none.',
    file: sockets,
    right: 'if (this.#surplus.has(socket)) return false;',
    wrong: '',
    caughtBy: [
      byTest(
        socketsTest,
        'keeps a few above the limit while all are busy, and serves no request there',
      ),
    ],
  },
];
