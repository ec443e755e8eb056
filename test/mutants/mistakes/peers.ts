/** Mistakes of the connections between servers. */
import { byTest, type Mutant } from '../mutant.ts';

export const peersMutants: readonly Mutant[] = [
  {
    id: 'outbox-without-bound',
    mistake: 45,
    does: 'What waits for a slow server is kept without limit.',
    loses: 'One dead server fills the memory of all others.',
    file: 'kvserver/src/transport/outbox.ts',
    right: 'if (queueBytes > this.#limits.queueBytesMax) return false;',
    wrong: 'if (queueBytes < 0) return false;',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/outbox',
        'drops what comes on top of a full queue, whether it waits here or in the socket',
      ),
    ],
  },
  {
    id: 'silence-is-life',
    mistake: 46,
    does: 'A connection whose other end has gone silent counts as alive.',
    loses: 'Messages go nowhere for minutes, and nobody dials again.',
    file: 'kvserver/src/system/keepalive.ts',
    right: 'if (nowMs - this.#lastReceivedMs <= limits.silenceMsMax) {',
    wrong: 'if (nowMs - this.#lastReceivedMs <= limits.silenceMsMax * 1000) {',
    caughtBy: [
      byTest(
        'unit/kvserver/system/keepalive',
        'reports an end that stopped reading, once and soon',
      ),
    ],
  },
  {
    id: 'old-connection-heard',
    mistake: 47,
    does: 'A connection is heard on after a newer one took its place.',
    loses: 'Messages of an earlier life of a server arrive after those of the present one.',
    file: 'kvserver/src/transport/incoming-link.ts',
    right: "    if (this.#stage === 'closing') return;\n    if (!isBinary",
    wrong:
      "    if (this.#stage === 'retired' && this.#node === undefined) return;\n    if (!isBinary",
    caughtBy: [
      byTest(
        'unit/kvserver/transport/incoming-link',
        'hears nothing more once it was retired, whatever still arrives',
      ),
    ],
  },
  {
    id: 'older-run-let-in',
    mistake: 47,
    does: 'An older run of a server is let in beside a newer one.',
    loses: 'A process that should be dead speaks for the server.',
    file: 'kvserver/src/transport/handshake.ts',
    right: 'if (host.bootCount !== undefined && hello.bootCount < host.bootCount)',
    wrong: 'if (host.bootCount !== undefined && hello.bootCount < 0)',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/handshake',
        'refuses an older run of a server beside a newer one',
      ),
    ],
  },
  {
    id: 'plausible-without-end',
    mistake: 52,
    does: 'Any round is believed, however far ahead.',
    loses: 'One damaged message uses up the numbers of the whole cluster.',
    file: 'kvserver/src/transport/plausibility.ts',
    right: 'if (highestRound(envelope) > roundLimit)',
    wrong: 'if (highestRound(envelope) > roundLimit + Infinity)',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/plausibility',
        'finds a round implausible in whichever ballot of a message it is',
      ),
    ],
  },
  {
    id: 'other-cluster-let-in',
    mistake: 54,
    does: 'A server of another cluster is let in.',
    loses: 'Votes of strangers count.',
    file: 'kvserver/src/transport/handshake.ts',
    right: 'if (hello.clusterId !== host.clusterId)',
    wrong: "if (hello.clusterId === '')",
    caughtBy: [
      byTest('unit/kvserver/transport/handshake', 'does not tell a stranger the id of its cluster'),
    ],
  },
  {
    id: 'twin-let-in',
    mistake: 54,
    does: "A server with this server's own id is let in.",
    loses: 'Two nodes vote as one.',
    file: 'kvserver/src/transport/handshake.ts',
    right: 'if (hello.from === host.me) return',
    wrong: 'if (hello.from < 0) return',
    caughtBy: [
      byTest('unit/kvserver/transport/handshake', 'refuses with a reason whatever differs'),
    ],
  },
  {
    id: 'other-format-let-in',
    mistake: 55,
    does: 'A server that speaks another format is let in.',
    loses: 'Each misreads what the other says.',
    file: 'kvserver/src/transport/handshake.ts',
    right: 'if (first.data.formatVersion !== formatVersion) {',
    wrong: 'if (first.data.formatVersion < 0) {',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/handshake',
        'refuses another format by its version, whatever else the greeting holds',
      ),
    ],
  },
];
