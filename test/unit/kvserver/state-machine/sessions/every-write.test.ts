/** Sessions with every command that writes: what holds for one holds for all. */
import type { LoggedRequest } from '@paxkv/kvserver/internal/state-machine/batch';
import { Session } from '@paxkv/kvserver/internal/state-machine/sessions/session';
import { Sessions } from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import type {
  StoreCommand,
  StoreReply,
} from '@paxkv/kvserver/internal/state-machine/store/commands/effect';
import {
  allCommands,
  type Command,
  type Reply,
  type Request,
  replyToRow,
  type WriteReply,
} from '@paxkv/protocol';
import { expect } from 'chai';
import { goodCommandsOf } from '../../../protocol/commands/samples.ts';
import { openSession, put } from '../fixtures.ts';

const lease = 'q1Yk0nC8Rk2oZ4y9bXv3Tw';

/** Counts what is applied. Each reply is another one. */
class CountingStore {
  readonly applied: StoreCommand[] = [];

  apply(command: StoreCommand): StoreReply {
    this.applied.push(command);
    const revision = this.applied.length;
    switch (command.type) {
      case 'get':
        return { type: 'get', entry: undefined };
      case 'getAuth':
        return { type: 'refused', reason: 'forbidden' };
      case 'put':
      case 'setAuth':
        return { type: command.type, revision };
      case 'append':
        return { type: 'append', revision, length: revision };
      case 'delete':
        return { type: 'delete', revision, deleted: true };
      case 'increment':
        return { type: 'increment', revision, value: BigInt(revision) };
      case 'grantLease':
        return { type: 'grantLease', lease };
      case 'renewLease':
        return { type: 'renewLease', ttlMs: 1000 + revision };
      case 'revokeLease':
        return { type: 'revokeLease', revision, deleted: revision };
      case 'putLeased':
        return { type: 'putLeased', revision };
      case 'putTtl':
        return { type: 'putTtl', revision, lease };
      case 'deleteRange':
        return { type: 'deleteRange', revision, deleted: revision, next: Uint8Array.of(1) };
      case 'transact':
        return { type: 'transact', passed: true, revision, results: [{ type: 'put', revision }] };
    }
  }
}

const writes = allCommands.filter(({ access }) => access === 'write');

for (const spec of writes) {
  const [command = expect.fail('no sample'), other = put('k', 'other')] = goodCommandsOf(spec);

  describe(`A stamped ${spec.type}`, () => {
    let store: CountingStore;
    let sessions: Sessions;

    beforeEach(() => {
      store = new CountingStore();
      sessions = new Sessions({ next: 1, uses: 0 });
      apply({ command: openSession() });
    });

    function apply(request: Request): Reply {
      return sessions.apply(request as LoggedRequest, [], store);
    }

    const at = (number: number, firstOutstanding = 1, given: Command = command): Request => ({
      command: given,
      stamp: { session: 1, number, firstOutstanding },
    });

    it('takes effect once, and every repeat has its reply, over a restart too', () => {
      const first = apply(at(1));
      expect(store.applied).to.have.length(1);
      expect(apply(at(1))).to.deep.equal(first);
      apply(at(2, 1, put('k', 'later')));
      expect(apply(at(1))).to.deep.equal(first);
      const kept = sessions.takeChanges();
      const rows = kept.flatMap(([id, session]) =>
        session ? [[id, session.toRow()] as const] : [],
      );
      sessions = new Sessions(
        sessions.counts,
        rows.map(([id, row]) => Session.fromRow(id, row)),
      );
      expect(replyToRow(apply(at(1)) as WriteReply)).to.deep.equal(replyToRow(first));
      expect(store.applied).to.have.length(2);
    });

    it('takes no effect under a number of another command, and not below the window', () => {
      apply(at(1, 1, put('k', 'mine')));
      const isSame = spec.type === 'put';
      const given = isSame ? other : command;
      expect(apply(at(1, 1, given))).to.deep.equal({ type: 'refused', reason: 'numberReused' });
      apply(at(9, 9, put('k', 'later')));
      expect(apply(at(8, 8))).to.deep.equal({ type: 'refused', reason: 'outsideWindow' });
      expect(store.applied).to.have.length(2);
    });

    it('takes no effect in a session that does not exist', () => {
      const stamp = { session: 9, number: 1, firstOutstanding: 1 };
      expect(apply({ command, stamp })).to.deep.equal({
        type: 'refused',
        reason: 'sessionExpired',
      });
      expect(store.applied).to.deep.equal([]);
    });

    it('takes effect each time without a stamp', () => {
      apply({ command });
      apply({ command });
      expect(store.applied).to.have.length(2);
    });
  });
}
