/** Mistakes of the connections between servers. */
import { byTest, type Mutant } from '../mutant.ts';

const exchange = 'unit/kvserver/transport/exchange/proven-exchange';
const listener = 'unit/kvserver/transport/peer-listener';
const tls = 'unit/kvserver/transport/peer-tls';

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
    id: 'dialer-not-proven',
    mistake: 54,
    does: 'Any proof of a server that dials counts as one.',
    loses: 'Anyone who reaches the port votes for a member.',
    file: 'kvserver/src/transport/exchange/proven-exchange.ts',
    right: "!isProof(message.proof, this.#secrets, 'dialer', parts)",
    wrong: '(message.proof.length === 0 || parts.length === 0)',
    caughtBy: [
      byTest(exchange, 'fails between servers with different secrets'),
      byTest(
        listener,
        'does not believe what is not proven: a high boot count replaces nobody, a level stops nobody',
      ),
    ],
  },
  {
    id: 'listener-not-proven',
    mistake: 54,
    does: 'Any proof in the answer of a dialed server counts as one.',
    loses: 'Anyone at the address of a member gets what is meant for the member.',
    file: 'kvserver/src/transport/exchange/proven-exchange.ts',
    right: 'proof !== undefined && this.#isProof(proof, content);',
    wrong: 'proof !== undefined;',
    caughtBy: [
      byTest(exchange, 'does not take the proof of the dialer for one of the listener'),
      byTest(
        'unit/kvserver/transport/outgoing-link-answers',
        'does not believe a welcome without a proof, nor one of another secret',
      ),
    ],
  },
  {
    id: 'nonce-not-compared',
    mistake: 54,
    does: 'A proof covers the hello, and not the nonce that it answers.',
    loses: 'A recorded handshake lets anyone in.',
    file: 'kvserver/src/transport/security/proof.ts',
    right: 'for (const part of parts) {',
    wrong: 'for (const part of parts.slice(0, 1)) {',
    caughtBy: [
      byTest(exchange, 'refuses the proof of an earlier handshake, and one that comes twice'),
      byTest(listener, 'refuses a handshake that was recorded, and one that is sent back'),
    ],
  },
  {
    id: 'nonce-of-dialer-not-new',
    mistake: 54,
    does: 'A server dials with the same nonce each time.',
    loses: 'A recorded answer passes for that of a member.',
    file: 'kvserver/src/transport/exchange/proven-exchange.ts',
    right: 'this.#hello = pack({ ...hello, nonce: randomBytes(nonceBytes) });',
    wrong: 'this.#hello = pack({ ...hello, nonce: new Uint8Array(nonceBytes) });',
    caughtBy: [byTest(exchange, 'never repeats a nonce')],
  },
  {
    id: 'member-of-certificate-not-compared',
    mistake: 54,
    does: 'A certificate of any member is accepted for every member that dials.',
    loses: 'The key of one server is enough to speak for all.',
    file: 'kvserver/src/transport/peer-listener.ts',
    right: 'if (members === undefined || members.includes(name)) return undefined;',
    wrong: 'if (members === undefined || name.length > 0) return undefined;',
    caughtBy: [byTest(tls, 'refuse a certificate that names another member, each at its end')],
  },
  {
    id: 'member-of-dialed-certificate-not-compared',
    mistake: 54,
    does: 'A dialed server may have the certificate of any member.',
    loses: 'The key of one server is enough to listen for all.',
    file: 'kvserver/src/transport/dial-targets.ts',
    right: 'if (isOther) return `wrong certificate',
    wrong: 'if (isOther && name.length === 0) return `wrong certificate',
    caughtBy: [byTest(tls, 'refuse a certificate that names another member, each at its end')],
  },
  {
    id: 'replaced-before-proof',
    mistake: 54,
    does: 'A hello counts before its proof, and replaces the connection of its member.',
    loses: 'Anyone who names a member cuts it off.',
    file: 'kvserver/src/transport/exchange/proven-exchange.ts',
    right: "return { type: 'send', frame: this.#challenge };",
    wrong: "return { type: 'identified', hello: reading.content };",
    caughtBy: [
      byTest(
        listener,
        'does not believe what is not proven: a high boot count replaces nobody, a level stops nobody',
      ),
    ],
  },
  {
    id: 'proven-replaced-by-earlier',
    mistake: 54,
    does: 'A server that proves nothing replaces one that has proven itself.',
    loses: 'During an upgrade anyone cuts off a member.',
    file: 'kvserver/src/transport/peer-listener.ts',
    right: 'if (!link.isProven && current?.link.isProven === true)',
    wrong: 'if (!link.isProven && current === null)',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/earlier-peers',
        'is refused while the same member is connected with a proof, and replaced by it',
      ),
    ],
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
  {
    id: 'unknown-field-accepted',
    mistake: 55,
    does: 'A message with a field that this version does not know is accepted.',
    loses: 'What a later version means by the field is ignored.',
    file: 'kvserver/src/transport/checks/check.ts',
    right: 'return count === 0 ? undefined : unknownField;',
    wrong: 'return count <= 0 ? undefined : unknownField;',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/checks/envelope-check',
        'agrees with the schema on every message with one part replaced, removed or added',
      ),
      byTest(
        'unit/kvserver/transport/codec',
        'refuses an unknown field at every depth, and an unknown type',
      ),
    ],
  },
  {
    id: 'highest-number-too-high',
    mistake: 52,
    does: 'A number may be one above its limit.',
    loses: 'Sums of numbers are no longer exact.',
    file: 'kvserver/src/transport/checks/check.ts',
    right: 'content >= min && content <= max',
    wrong: 'content >= min && content <= max + 1',
    caughtBy: [
      byTest(
        'unit/kvserver/transport/checks/envelope-check',
        'agrees with the schema on every message with one part replaced, removed or added',
      ),
      byTest(
        'unit/kvserver/transport/checks/side-check',
        'agrees with the schemas on every message with one part replaced, removed or added',
      ),
    ],
  },
];
