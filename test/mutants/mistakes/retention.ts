/** Mistakes about what is kept, and for whom: the floor, the own min, and whose state counts. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

const peerTest = 'unit/paxos/core/retaining-peer';

export const retentionMutants: readonly Mutant[] = [
  {
    id: 'done-outlives-incarnation',
    mistake: 60,
    does: 'What a host was done with still counts after its peer has begun a new incarnation.',
    loses: 'The only state that holds something is lost, and no log holds it any more.',
    file: 'paxos/src/core/peer.ts',
    right: `    catchUp.discardAnswersOf(peer);
    truncation.forgetDoneOf(peer);`,
    wrong: '    catchUp.discardAnswersOf(peer);\n    truncation.forgetDoneOf(this.#me);',
    caughtBy: [byTest(peerTest, 'counts it no more once that peer begins a new incarnation')],
  },
  {
    id: 'state-epoch-ignored',
    mistake: 60,
    does: 'What a host was done with still counts after it has lost its state.',
    loses: 'As before.',
    file: 'paxos/src/core/commit/forgetting.ts',
    right: "if (age === 'newer') truncation.forgetDoneOf(from);",
    wrong: "if (age === 'newer') truncation.forgetDoneOf(to);",
    caughtBy: [
      byTest(
        peerTest,
        'counts it no more in a higher state epoch, and ignores what a lower one is done with',
      ),
    ],
  },
  {
    id: 'min-is-floor',
    mistake: 61,
    does: 'A peer forgets everything below the floor, also what its own host has not applied.',
    loses: 'A vote of the quorum that decided, and with it perhaps the decision.',
    file: 'paxos/src/core/commit/truncation.ts',
    right: 'Math.min(this.#floor, this.done + 1)',
    wrong: 'Math.max(this.#floor, this.done - Infinity)',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/commit/truncation',
        'adopts the floor of another peer, and forgets no more than its own host is done with',
      ),
    ],
  },
  {
    id: 'proposal-outlives-floor',
    mistake: 62,
    does: 'A proposal that falls below the floor is not ended.',
    loses: 'A peer that was away asks the others for ever, and never gets an answer.',
    file: 'paxos/src/core/commit/forgetting.ts',
    right: 'agreement.releaseBelow(agreement.proposalFloor);',
    wrong: 'agreement.releaseBelow(min);',
    caughtBy: [
      byTest(peerTest, 'ends a proposal once no quorum may be left that holds anything of it'),
    ],
  },
  {
    id: 'decision-shed',
    mistake: 63,
    does: 'A peer drops the decisions above its budget, though a peer still needs them.',
    loses: 'An acceptor without a record of the instance votes there for a second value.',
    file: 'paxos/src/core/instance/decided-values.ts',
    right: '    return this.#start;',
    wrong: '    this.#values.forgetBelow(this.#start);\n    return this.#start;',
    caughtBy: [byTest(peerTest, 'never sheds a decision for memory alone')],
  },
  {
    id: 'floor-of-one-peer',
    mistake: 75,
    does: 'A peer proposes nothing below a floor that one peer alone has named.',
    loses: 'One damaged message, and an idle cluster decides nothing any more.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: 'Math.max(min, Math.min(floor, this.#catchUp.heldFrom(min)));',
    wrong: 'floor;',
    caughtBy: [
      byTest(
        'unit/paxos/core/retaining-peer',
        'proposes below the floor of one peer alone, and asks those that may hold the decision',
      ),
      byTest(
        'unit/kvserver/replica/poison',
        'keeps no one of an idle cluster from serving with a floor far ahead',
      ),
    ],
  },
  {
    id: 'proposals-of-one-floor-ended',
    mistake: 75,
    does: 'A peer ends its proposals below a floor that one peer alone has named.',
    loses: 'A write under way is never decided.',
    file: 'paxos/src/core/commit/forgetting.ts',
    right: 'agreement.releaseBelow(agreement.proposalFloor);',
    wrong: 'agreement.releaseBelow(floor);',
    caughtBy: [
      byTest(
        'unit/paxos/core/retaining-peer',
        'ends a proposal once no quorum may be left that holds anything of it',
      ),
    ],
  },
  {
    id: 'repair-without-end',
    mistake: 75,
    does: 'A replica goes on looking for a newer state though a quorum has none.',
    loses: 'One damaged message, and every replica of an idle cluster stays out of service.',
    file: 'kvserver/src/replica/catch-up/state-fetch.ts',
    right: "        if (isEachAsked && isQuorum && !isLost) return 'notBehind';\n",
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/poison',
        'keeps no one of an idle cluster from serving with a floor far ahead',
      ),
    ],
  },
  {
    id: 'newer-state-of-one-not-asked-for',
    mistake: 75,
    does: 'A replica that lacks decisions asks no further once a quorum has no newer state.',
    loses:
      'One of those that were done with them has lost its state, and two replicas of three never serve again.',
    file: 'kvserver/src/replica/catch-up/state-fetch.ts',
    right: 'if (isEachAsked && isQuorum && !isLost)',
    wrong: 'if ((isEachAsked || isQuorum) && isQuorum && !isLost)',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/catch-up/state-fetch',
        'takes the newer state of one replica, though a quorum has none',
      ),
    ],
  },
  {
    id: 'behind-by-a-minority',
    mistake: 75,
    does: 'A replica that lacks decisions goes on with its state once one other has no newer one.',
    loses: 'It never gets the state that the others have.',
    file: 'kvserver/src/replica/catch-up/state-fetch.ts',
    right: '1 + notNewer.size > (1 + others.length) / 2',
    wrong: 'notNewer.size > 0',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/catch-up/state-fetch',
        'ends once a quorum has no newer state, itself included, and not before',
      ),
    ],
  },
  {
    id: 'states-withheld',
    mistake: 75,
    does: 'Replicas that look for a newer state tell nobody how old their own is.',
    loses: 'If all of them look at once, none of them finds out that it lacks nothing.',
    file: 'kvserver/src/replica/catch-up/state-repair.ts',
    right: "    await this.exports.end('takes a state from another node itself');\n",
    wrong: `    await this.exports.end('takes a state from another node itself');
    this.#isReplacing = true;
`,
    caughtBy: [
      byTest(
        'unit/kvserver/replica/poison',
        'keeps no one of an idle cluster from serving with a floor far ahead',
      ),
    ],
  },
];
