/** Mistakes of the connections between servers. */
import { byTest, type Mutant } from '../mutant.ts';

export const peersMutants: readonly Mutant[] = [
  {
    id: 'outbox-without-bound',
    mistake: 45,
    does: 'The queue of messages for a slow server has no limit.',
    loses: 'One dead server fills the memory of all others.',
    file: 'kvserver/src/transport/outbox.ts',
    right: 'if (queueBytes > this.#limits.queueBytesMax) return false;',
    wrong: 'if (queueBytes < 0) return false;',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/outbox',
        "drops messages when its queue and the socket's are full together",
      ),
    ],
  },
  {
    id: 'silent-connection-kept',
    mistake: 46,
    does: 'A connection whose other end is silent counts as alive.',
    loses: 'Messages are lost for minutes, and the connection is not reopened.',
    file: 'kvserver/src/system/keepalive.ts',
    right: 'if (nowMs - this.#lastReceivedMs <= limits.silenceMsMax) {',
    wrong: 'if (nowMs - this.#lastReceivedMs <= limits.silenceMsMax * 1000) {',
    caughtBy: [
      byTest(
        'unit/kvserver/system/keepalive',
        'gives up on an end that stopped reading, once and soon',
      ),
    ],
  },
  {
    id: 'replaced-connection-read',
    mistake: 47,
    does: 'A connection is still read after a newer one has replaced it.',
    loses: 'Messages of an earlier incarnation of a server arrive after those of the present one.',
    file: 'kvserver/src/transport/incoming-link.ts',
    right: "if (this.#stage === 'open') this.#events.onFrame(this, frame);",
    wrong: 'if (this.#node !== undefined) this.#events.onFrame(this, frame);',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/incoming-link',
        'ignores everything that arrives after it was retired',
      ),
    ],
  },
  {
    id: 'older-run-accepted',
    mistake: 47,
    does: 'An older run of a server is accepted while a newer one is connected.',
    loses: 'A process that should have ended sends messages for the server.',
    file: 'kvserver/src/transport/handshake.ts',
    right: 'if (host.bootCount !== undefined && hello.bootCount < host.bootCount)',
    wrong: 'if (host.bootCount !== undefined && hello.bootCount < 0)',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/handshake',
        'refuses an older run of a server while a newer one is connected',
      ),
    ],
  },
  {
    id: 'any-round-plausible',
    mistake: 52,
    does: 'Any round is believed, however far ahead.',
    loses: 'One damaged message uses up the numbers of the whole cluster.',
    file: 'paxos/src/core/plausibility/plausibility.ts',
    right: "if (!this.#rounds.allows(round - this.#round, now)) return 'a round out of reach';",
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/plausibility/plausibility',
        'lets no number of messages get to the highest round',
      ),
    ],
  },
  {
    id: 'leap-moves-the-ground',
    mistake: 52,
    does: 'What one peer says of an instance counts as known.',
    loses: 'Message by message, one damaged peer uses up the instances of all.',
    file: 'paxos/src/core/plausibility/corroboration.ts',
    right: 'const minority = peerCount - quorumSize(peerCount);',
    wrong: 'const minority = 0 * quorumSize(peerCount);',
    caughtBy: [
      byTest(
        'unit/paxos/core/plausibility/plausibility',
        'does not move with what one peer says, however often it says it',
      ),
    ],
  },
  {
    id: 'value-unchecked',
    mistake: 52,
    does: 'A value is voted for and learned without being read.',
    loses: 'One forged value ends every node that learns it.',
    file: 'paxos/src/effect-loop.ts',
    right: 'if (isValue === undefined || valuesIn(message).every(isValue)) {',
    wrong: 'if (isValue === undefined || valuesIn(message).length >= 0) {',
    caughtBy: [
      byTest(
        'unit/paxos/effect-loop',
        'are neither written nor learned from decided, and are reported',
      ),
    ],
  },
  {
    id: 'set-aside-by-all',
    mistake: 52,
    does: 'A node sets aside what it judges damaged, whether or not others work.',
    loses: 'A check that fails everywhere empties the whole cluster.',
    file: 'kvserver/src/supervisor.ts',
    right: 'if (othersWith === undefined) return true;',
    wrong: 'if (othersWith !== Infinity) return true;',
    caughtBy: [
      byTest(
        'unit/kvserver/supervisor',
        'detects from its state that its journal has lost its end',
      ),
    ],
  },
  {
    id: 'other-cluster-accepted',
    mistake: 54,
    does: 'A server of another cluster is accepted.',
    loses: 'Votes from another cluster count.',
    file: 'kvserver/src/transport/handshake.ts',
    right: 'if (hello.clusterId !== host.clusterId)',
    wrong: "if (hello.clusterId === '')",
    caughtBy: [
      byTest(
        'unit/kvserver/transport/handshake',
        'does not reveal the id of its cluster to other clusters',
      ),
    ],
  },
  {
    id: 'own-id-accepted',
    mistake: 54,
    does: "A server with this server's own id is accepted.",
    loses: 'Two nodes vote as one.',
    file: 'kvserver/src/transport/handshake.ts',
    right: 'if (hello.from === host.me) return',
    wrong: 'if (hello.from < 0) return',
    caughtBy: [byTest('unit/kvserver/transport/handshake', 'refuses any difference with a reason')],
  },
  {
    id: 'other-format-accepted',
    mistake: 55,
    does: 'A server with another wire format is accepted.',
    loses: 'Each decodes messages of the other wrongly.',
    file: 'kvserver/src/transport/handshake.ts',
    right: 'if (Math.min(max, formats.max) < Math.max(min, formats.min)) {',
    wrong: 'if (max < 0) {',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/handshake',
        'refuses a server without a common format, whatever else the hello contains',
      ),
    ],
  },
];
