/** Mistakes of leases: keys that vanish while their client is alive, or that stay for ever. */
import { byTest, type Mutant } from '../mutant.ts';

const leases = 'unit/kvserver/state-machine/leases/leases';
const expirer = 'unit/kvserver/replica/leases/lease-expirer';
const election = 'unit/client/lease/election';
const leaders = 'unit/client/lease/leaders';

export const leaseMutants: readonly Mutant[] = [
  {
    id: 'expiry-ignores-renewals',
    mistake: 51,
    does: 'A lease that the leader found due ends, although it was renewed before that was decided.',
    loses: 'Two clients hold the same lock.',
    file: 'kvserver/src/state-machine/leases/leases.ts',
    right: 'return lease?.renewals === renewals ? lease : undefined;',
    wrong: 'return renewals < 0 ? undefined : lease;',
    caughtBy: [byTest(leases, 'does not expire if it was renewed since the leader found it due')],
  },
  {
    id: 'new-leader-grants-no-time',
    mistake: 51,
    does: 'A server that comes to lead takes every lease that it finds for one that was long not renewed.',
    loses: 'A lease that was renewed at the last leader ends early.',
    file: 'kvserver/src/replica/leases/lease-expirer.ts',
    right: 'for (const lease of this.#watched) this.#deadlines.begin(lease, clock.now());',
    wrong:
      'for (const lease of this.#watched) this.#deadlines.begin(lease, clock.now() - lease.ttlMs);',
    caughtBy: [
      byTest(
        expirer,
        'grants every lease its whole time when it comes to lead, and when its state is replaced',
      ),
    ],
  },
  {
    id: 'follower-expires',
    mistake: 51,
    does: 'Every server ends leases by its own clock.',
    loses: 'A server that the renewals reach late ends leases of clients that are alive.',
    file: 'kvserver/src/replica/leases/lease-expirer.ts',
    right: 'if (paxos.leader() !== me) return;',
    wrong: 'if (paxos.leader() === undefined && me < 0) return;',
    caughtBy: [byTest(expirer, 'proposes nothing while another server leads')],
  },
  {
    id: 'lease-of-another-user',
    mistake: 68,
    does: 'Anybody may use the lease of a user.',
    loses: 'A user deletes keys that he has no right for.',
    file: 'kvserver/src/state-machine/leases/leases.ts',
    right: 'isUserOwner(lease.owner) && lease.owner !== owner',
    wrong: 'isUserOwner(lease.owner) && lease.owner === undefined',
    caughtBy: [byTest(leases, 'does not exist for others if a user made it')],
  },
  {
    id: 'put-leaves-lease',
    mistake: 51,
    does: 'A key that is put without a lease stays attached to the one that it had.',
    loses: 'A key that was put for good vanishes.',
    file: 'kvserver/src/state-machine/leases/leases.ts',
    right: 'if (before) this.#detach(before, name);',
    wrong: 'if (before && after) this.#detach(before, name);',
    caughtBy: [
      byTest(leases, 'loses a key that is put without it, deleted, or put with another one'),
    ],
  },
  {
    id: 'proclaim-by-former-leader',
    mistake: 51,
    does: 'A client announces a value whether or not it still leads.',
    loses:
      'A former leader has a place in the line again without knowing it, and nobody behind it can lead.',
    file: 'client/src/lease/election.ts',
    right: 'if: [leads], then: [put], else: []',
    wrong: 'if: [leads].slice(1), then: [put], else: []',
    caughtBy: [
      byTest(election, 'that was lost announces nothing, even if its client does not know yet'),
    ],
  },
  {
    id: 'leaders-of-the-latest-revision',
    mistake: 51,
    does: 'Of several leaders whose changes arrive together only the last one is seen.',
    loses: 'A program that follows the leaders never learns of one that led.',
    file: 'client/src/lease/leaders.ts',
    right: 'if (isWhole && change.modRevision !== at) yield view.head;',
    wrong: 'if (isWhole && change.modRevision === undefined) yield view.head;',
    caughtBy: [byTest(leaders, 'are all seen, also if many changes come at once')],
  },
];
