import { Session } from '@paxkv/kvserver/internal/state-machine/sessions/session';
import { pack, sessionWindowMax, toRow, unpack, type WriteReply } from '@paxkv/protocol';
import { expect } from 'chai';

const put = (revision: number): WriteReply => ({ type: 'put', revision });

function withReplies(...numbers: number[]): Session {
  const session = new Session(7, 'someone');
  for (const number of numbers) session.cacheReply({ number, digest: number, reply: put(number) });
  return session;
}

function numbersIn(session: Session): number[] {
  const all = Array.from({ length: 40 }, (_, number) => number);
  return all.filter((number) => session.cachedReply(number) !== undefined);
}

describe('A session', () => {
  it('admits its window, and not the number below it or the one above it', () => {
    const session = new Session(7, 'someone');
    for (const first of [1, 2, 1000, 2 ** 40]) {
      session.raise(first);
      const numbers = [first - 1, first, first + 1, first + sessionWindowMax - 1];
      expect(numbers.map((number) => session.admits(number))).to.deep.equal([
        ...[false, true, true, true],
      ]);
      expect(session.admits(first + sessionWindowMax)).to.equal(false);
    }
  });

  it('begins unused, with the first number', () => {
    const session = new Session(7, 'someone');
    expect(session.lastUse).to.equal(0);
    expect([0, 1].map((number) => session.admits(number))).to.deep.equal([false, true]);
  });

  it('drops replies below its window, and none in it', () => {
    const session = withReplies(3, 4, 5, 9);
    for (const [first, left] of [
      [3, [3, 4, 5, 9]],
      [4, [4, 5, 9]],
      [6, [9]],
      [4, [9]],
      [9, [9]],
      [10, []],
    ] as const) {
      session.raise(first);
      expect(numbersIn(session), `from ${first}`).to.deep.equal(left);
      expect(session.cachedReplyCount).to.equal(left.length);
    }
    expect(session.cachedReplyBytes).to.equal(0);
  });

  it('keeps replies up to a limit on bytes, and drops the lowest numbers beyond it', () => {
    const one = withReplies(1).cachedReplyBytes;
    for (const [bytesMax, left] of [
      [3 * one + 1, [1, 2, 3]],
      [3 * one, [1, 2, 3]],
      [3 * one - 1, [2, 3]],
      [one, [3]],
      [one - 1, []],
      [0, []],
    ] as const) {
      const session = withReplies(1, 2, 3);
      session.limitReplies(bytesMax);
      expect(numbersIn(session), `${bytesMax} bytes`).to.deep.equal(left);
      // Numbers without a reply are over: an earlier delivery may have taken effect.
      expect(session.admits(3)).to.equal(left.length > 0);
      expect(session.admits(4)).to.equal(true);
    }
  });

  it('is the same after its row: every field, none, one or many replies, with an owner and without', () => {
    for (const [id, owner] of [
      [2 ** 40, undefined],
      [Buffer.alloc(16, 7).toString('base64url'), 'user anna'],
    ] as const) {
      for (const numbers of [[], [5], Array.from({ length: 1024 }, (_, index) => 5 + index)]) {
        const session = new Session(id, 'its client', owner, 5);
        session.touch(2 ** 41);
        for (const number of numbers) {
          const reply: WriteReply =
            number % 2 === 0 ? put(number) : { type: 'refused', reason: 'tooLarge' };
          session.cacheReply({ number, digest: number + 1, reply });
        }
        const row = toRow(unpack(pack(session.toRow())));
        const read = Session.fromRow(id, row);
        expect(read.toRow()).to.deep.equal(session.toRow());
        expect(read).to.include({ id, client: 'its client', owner, lastUse: 2 ** 41 });
        expect(read.cachedReplyCount).to.equal(numbers.length);
        expect(read.cachedReplyBytes).to.equal(session.cachedReplyBytes);
        expect([4, 5].map((number) => read.admits(number))).to.deep.equal([false, true]);
        expect(read.admits(5 + sessionWindowMax)).to.equal(false);
        for (const number of numbers) {
          expect(read.cachedReply(number)).to.deep.equal(session.cachedReply(number));
        }
      }
    }
  });

  it('is refused with a field of another type', () => {
    const good = ['someone', 4, 2, [[2, 9, [1, 7]]]];
    expect(Session.fromRow(7, good).cachedReplyCount).to.equal(1);
    for (const [index, wrong] of [
      [0, 5],
      [1, -1],
      [1, 'x'],
      [2, 0],
      [2, 1.5],
      [3, 'x'],
      [3, [[0, 9, [1, 7]]]],
      [3, [[2, -9, [1, 7]]]],
      [3, [[2, 9, [0]]]],
      [3, [[2, 9, 'x']]],
    ] as const) {
      const row = good.with(index, wrong as never);
      expect(() => Session.fromRow(7, row), JSON.stringify(row)).to.throw(TypeError);
    }
    expect(() => Session.fromRow(7, [...good, 5])).to.throw(TypeError);
  });

  it('is read at the lowest numbers, and at both ends of the length of its name', () => {
    for (const name of ['x', 'x'.repeat(64)]) {
      const session = Session.fromRow(7, [name, 1, 1, [[1, 9, [1, 7]]]]);
      expect(session).to.include({ client: name, lastUse: 1, cachedReplyCount: 1 });
    }
    for (const name of ['', 'x'.repeat(65)]) {
      expect(() => Session.fromRow(7, [name, 1, 1, []]), name).to.throw(
        TypeError,
        'another length',
      );
    }
    expect(() => Session.fromRow(7, ['x', 0, 1, []])).to.throw(TypeError);
  });

  it('is refused with a reply outside its window, or with two to one request', () => {
    for (const numbers of [[1], [2 + sessionWindowMax], [2, 2]]) {
      const replies = numbers.map((number) => [number, 9, [1, 7]]);
      const read = () => Session.fromRow(7, ['someone', 4, 2, replies]);
      expect(read, String(numbers)).to.throw(TypeError, 'cannot have a reply');
    }
  });

  it('has an owner if its id is random, and none otherwise', () => {
    const random = Buffer.alloc(16, 7).toString('base64url');
    expect(Session.fromRow(random, ['x', 1, 1, [], 'local']).owner).to.equal('local');
    for (const [id, owners] of [
      [7, ['local']],
      [random, []],
      [random, ['']],
      [random, ['x'.repeat(257)]],
    ] as const) {
      const read = () => Session.fromRow(id, ['x', 1, 1, [], ...owners]);
      expect(read, `${id} ${owners}`).to.throw(TypeError, 'has no owner');
    }
  });
});
