import { Session } from '@paxkv/kvserver/internal/state-machine/sessions/session';
import { SessionTable } from '@paxkv/kvserver/internal/state-machine/sessions/session-table';
import { expect } from 'chai';
import fc from 'fast-check';

const owners = ['a', 'b', undefined];

function sessionOf(id: number, lastUse: number, owner?: string): Session {
  const session = new Session(id, 'c', owner);
  session.touch(lastUse);
  return session;
}

describe('SessionTable', () => {
  it('orders sessions by their last use, in whatever order they are loaded', () => {
    const [one, two, three] = [sessionOf(1, 30, 'a'), sessionOf(2, 10, 'b'), sessionOf(3, 20, 'a')];
    const table = new SessionTable([one, two, three]);
    expect([...table]).to.deep.equal([two, three, one]);
    expect([table.oldest, table.oldestOf('a'), table.oldestOf('b')]).to.deep.equal([
      two,
      three,
      two,
    ]);
    expect([table.countOf('a'), table.countOf('b'), table.countOf('c')]).to.deep.equal([2, 1, 0]);
  });

  it('counts the replies of sessions that it has', () => {
    const table = new SessionTable();
    const session = sessionOf(1, 1, 'a');
    const reply = { type: 'put', revision: 1 } as const;
    session.cacheReply({ number: 1, digest: 0, reply });
    table.add(session);
    expect([table.replyCount, table.replyBytes]).to.deep.equal([1, 64]);
    table.change(session, () => session.cacheReply({ number: 2, digest: 0, reply }));
    expect([table.replyCount, table.replyBytes]).to.deep.equal([2, 128]);
    table.change(session, () => session.raise(3));
    expect([table.replyCount, table.replyBytes]).to.deep.equal([0, 0]);
    table.delete(session);
    expect([table.count, table.get(1)]).to.deep.equal([0, undefined]);
  });

  it('has the order of a list that is sorted after each step', () => {
    const step = fc.record({
      type: fc.constantFrom('add', 'use', 'delete'),
      pick: fc.nat(50),
      owner: fc.constantFrom(...owners),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const table = new SessionTable();
        let list: Session[] = [];
        for (const [index, { type, pick, owner }] of steps.entries()) {
          const known = list[pick % Math.max(1, list.length)];
          const session =
            type === 'add' || known === undefined ? sessionOf(index, index, owner) : known;
          if (type === 'delete' && known !== undefined) {
            table.delete(known);
            list = list.filter((each) => each !== known);
            continue;
          }
          if (!list.includes(session)) table.add(session);
          table.moveToEnd(session);
          list = [...list.filter((each) => each !== session), session];
        }
        expect([...table]).to.deep.equal(list);
        for (const owner of owners) {
          const own = list.filter((each) => each.owner === owner);
          expect([table.oldestOf(owner), table.countOf(owner)]).to.deep.equal([own[0], own.length]);
        }
      }),
    );
  });
});
