import type { LoggedRequest } from '@paxkv/kvserver/internal/state-machine/batch';
import { Session } from '@paxkv/kvserver/internal/state-machine/sessions/session';
import {
  type SessionLimits,
  Sessions,
  sessionLimits,
} from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import { nameOf } from '@paxkv/kvserver/internal/state-machine/store/latin1';
import { Store } from '@paxkv/kvserver/internal/state-machine/store/store';
import type { Reply, SessionId } from '@paxkv/protocol';
import { sessionWindowMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { append, FixedCache, get, openSession, put, remove, stamped } from '../fixtures.ts';

const start = { next: 1, uses: 0 };
const expired = { type: 'refused', reason: 'sessionExpired' };
const outside = { type: 'refused', reason: 'outsideWindow' };
const reused = { type: 'refused', reason: 'numberReused' };

/** Sessions with a store of the keys `k` and `ka`. */
class Subject {
  readonly #limits: SessionLimits;
  sessions: Sessions;
  readonly #cache = new FixedCache({ k: undefined, ka: undefined });
  readonly store = new Store(0, this.#cache);

  constructor(limits: Partial<SessionLimits> = {}, incarnation?: string) {
    this.#limits = { ...sessionLimits, sessionCountMax: 3, ...limits };
    this.sessions = new Sessions(start, [], { limits: this.#limits, incarnation });
  }

  open(count = 1): this {
    for (let opened = 0; opened < count; opened += 1) this.apply({ command: openSession() });
    return this;
  }

  apply(request: LoggedRequest): Reply {
    return this.sessions.apply(request, this.#cache.slotsOf(request.command), this.store);
  }

  /** Restarts as a replica does; `kept` is the content of its database. */
  restart(kept: Map<SessionId, Session>): void {
    const sessions = [...kept].map(([id, session]) => Session.fromRow(id, session.toRow()));
    const { counts, incarnation } = this.sessions;
    this.sessions = new Sessions(counts, sessions.reverse(), { limits: this.#limits, incarnation });
  }

  get value(): string | undefined {
    const reply = this.store.apply(get('k'), this.#cache.slotsOf(get('k')));
    if (reply.type !== 'get' || reply.entry === undefined) return undefined;
    return nameOf(reply.entry.value);
  }
}

describe('Sessions', () => {
  it('assigns ids from 1, none twice', () => {
    const subject = new Subject({ sessionCountMax: 1, cachedReplyCountMax: 5000 });
    const replies = [1, 2, 3].map(() => subject.apply({ command: openSession() }));
    expect(replies).to.deep.equal([
      { type: 'openSession', session: 1 },
      { type: 'openSession', session: 2 },
      { type: 'openSession', session: 3 },
    ]);
  });

  it('applies a request without a stamp each time it comes', () => {
    const subject = new Subject();
    subject.apply({ command: append('k', 'a') });
    subject.apply({ command: append('k', 'a') });
    expect(subject.value).to.equal('aa');
  });

  for (const command of [put('k', 'v'), append('k', 'v'), remove('k')]) {
    it(`applies a stamped ${command.type} once and repeats its reply`, () => {
      const subject = new Subject().open();
      const first = subject.apply(stamped(command, [1, 1]));
      subject.apply(stamped(append('k', 'later'), [1, 2]));
      const { revision } = subject.store;
      expect(subject.apply(stamped(command, [1, 1]))).to.deep.equal(first);
      expect(subject.store.revision).to.equal(revision);
    });
  }

  it('repeats a refusal for size, though the value would fit by now', () => {
    const subject = new Subject().open();
    const large = 'x'.repeat(1024 * 1024);
    subject.apply({ command: put('k', large) });
    const refusal = { type: 'refused', reason: 'tooLarge' };
    expect(subject.apply(stamped(append('k', 'y'), [1, 1]))).to.deep.equal(refusal);
    subject.apply({ command: remove('k') });
    expect(subject.apply(stamped(append('k', 'y'), [1, 1]))).to.deep.equal(refusal);
    expect(subject.value).to.equal(undefined);
  });

  it('applies a stamped get each time', () => {
    const subject = new Subject().open();
    expect(subject.apply(stamped(get('k'), [1, 1]))).to.deep.equal({
      type: 'get',
      entry: undefined,
    });
    subject.apply({ command: put('k', 'v') });
    const again = subject.apply(stamped(get('k'), [1, 1]));
    expect(again).to.have.nested.property('entry.version', 1);
  });

  it('refuses another command with a used number', () => {
    const subject = new Subject().open();
    subject.apply(stamped(append('k', 'a'), [1, 1]));
    const others = [append('k', 'b'), put('k', 'a'), append('ka', ''), remove('k'), get('k')];
    for (const command of others) {
      expect(subject.apply(stamped(command, [1, 1]))).to.deep.equal(reused);
    }
    expect(subject.value).to.equal('a');
  });

  it('keeps the numbers of two sessions apart', () => {
    const subject = new Subject().open(2);
    subject.apply(stamped(append('k', 'a'), [1, 1]));
    subject.apply(stamped(append('k', 'b'), [2, 1]));
    expect(subject.value).to.equal('ab');
  });

  it('refuses a session that was never opened', () => {
    const subject = new Subject().open();
    expect(subject.apply(stamped(put('k', 'v'), [2, 1]))).to.deep.equal(expired);
    expect(subject.value).to.equal(undefined);
  });

  describe('window', () => {
    it('applies requests in any order', () => {
      const subject = new Subject().open();
      for (const number of [3, 1, 2]) {
        subject.apply(stamped(append('k', String(number)), [1, number]));
      }
      expect(subject.value).to.equal('312');
    });

    it('refuses a repeat that a later request no longer awaited', () => {
      const subject = new Subject().open();
      subject.apply(stamped(append('k', 'a'), [1, 1]));
      subject.apply(stamped(append('k', 'b'), [1, 3, 2]));
      expect(subject.apply(stamped(append('k', 'a'), [1, 1]))).to.deep.equal(outside);
      expect(subject.value).to.equal('ab');
    });

    it('refuses a request that its client gave up, also if it arrives for the first time', () => {
      const subject = new Subject().open();
      subject.apply(stamped(append('k', 'b'), [1, 2, 2]));
      expect(subject.apply(stamped(append('k', 'a'), [1, 1]))).to.deep.equal(outside);
      expect(subject.value).to.equal('b');
    });

    it('does not move back when an earlier request arrives late', () => {
      const subject = new Subject().open();
      subject.apply(stamped(append('k', 'a'), [1, 1]));
      subject.apply(stamped(append('k', 'c'), [1, 3, 3]));
      expect(subject.apply(stamped(append('k', 'd'), [1, 4, 1]))).to.include({ type: 'append' });
      expect(subject.apply(stamped(append('k', 'a'), [1, 1, 1]))).to.deep.equal(outside);
    });

    it('drops replies below the first outstanding number, and no others', () => {
      const subject = new Subject().open();
      for (const number of [1, 2, 3]) subject.apply(stamped(append('k', 'x'), [1, number]));
      const third = subject.apply(stamped(append('k', 'x'), [1, 3, 3]));
      expect(third).to.deep.equal({ type: 'append', revision: 3, length: 3 });
      const [[, session] = []] = subject.sessions.takeChanges();
      expect(session?.cachedReplyCount).to.equal(1);
    });

    it('drops all replies when it skips ahead, however far', () => {
      const subject = new Subject().open();
      for (const number of [1, 2, 1000]) subject.apply(stamped(put('k', 'v'), [1, number]));
      const far = Number.MAX_SAFE_INTEGER - 1;
      subject.apply(stamped(put('k', 'v'), [1, far, far]));
      const [[, session] = []] = subject.sessions.takeChanges();
      expect(session?.cachedReplyCount).to.equal(1);
      expect(subject.apply(stamped(put('k', 'v'), [1, 1000]))).to.deep.equal(outside);
    });

    it('also moves on with a get and with a refused request', () => {
      const subject = new Subject().open();
      subject.apply(stamped(append('k', 'a'), [1, 1]));
      subject.apply(stamped(get('k'), [1, 2, 2]));
      expect(subject.apply(stamped(append('k', 'a'), [1, 1]))).to.deep.equal(outside);
    });

    it('is as wide as the protocol says', () => {
      const subject = new Subject().open();
      const last = sessionWindowMax;
      expect(subject.apply(stamped(put('k', 'a'), [1, last]))).to.include({ type: 'put' });
      expect(subject.apply(stamped(put('k', 'b'), [1, last + 1]))).to.deep.equal(outside);
      expect(subject.apply(stamped(put('k', 'b'), [1, last + 1, 2]))).to.include({ type: 'put' });
    });
  });

  describe('bounds', () => {
    it('evicts the least recently used session when one too many opens', () => {
      const subject = new Subject().open(3);
      subject.apply(stamped(put('k', 'v'), [1, 1]));
      subject.open();
      expect(subject.sessions.count).to.equal(3);
      expect(subject.apply(stamped(put('k', 'v'), [2, 1]))).to.deep.equal(expired);
      expect(subject.apply(stamped(put('k', 'v'), [1, 1]))).to.include({ type: 'put' });
    });

    it('counts a repeated delivery as a use', () => {
      const subject = new Subject().open();
      subject.apply(stamped(put('k', 'v'), [1, 1]));
      subject.open(2);
      subject.apply(stamped(put('k', 'v'), [1, 1]));
      subject.open();
      expect(subject.apply(stamped(put('k', 'v'), [1, 1]))).to.include({ type: 'put' });
    });

    it('evicts the same session with and without a restart', () => {
      const [whole, restarted] = [new Subject(), new Subject()];
      const kept = new Map<SessionId, Session>();
      const steps: readonly LoggedRequest[] = [
        { command: openSession() },
        { command: openSession() },
        { command: openSession() },
        stamped(put('k', 'v'), [2, 1]),
        stamped(put('k', 'v'), [1, 1]),
        stamped(get('k'), [3, 5]),
        stamped(put('k', 'v'), [2, 1]),
        { command: openSession() },
        stamped(put('k', 'w'), [1, 1]),
        { command: openSession() },
        stamped(put('k', 'w'), [3, 6]),
        stamped(put('k', 'w'), [2, 1]),
      ];
      for (const step of steps) {
        expect(restarted.apply(step)).to.deep.equal(whole.apply(step));
        for (const [id, session] of restarted.sessions.takeChanges()) {
          if (session === undefined) kept.delete(id);
          else kept.set(id, session);
        }
        restarted.restart(kept);
        expect(restarted.sessions.count).to.equal(whole.sessions.count);
      }
      expect([...kept.keys()].sort()).to.deep.equal([2, 4, 5]);
    });

    it('evicts sessions, oldest first, when they keep too many replies in total', () => {
      const subject = new Subject({ sessionCountMax: 9, cachedReplyCountMax: 5 }).open(3);
      for (const number of [1, 2]) {
        for (const id of [1, 2, 3]) subject.apply(stamped(put('k', 'v'), [id, number]));
      }
      expect(subject.sessions.count).to.equal(2);
      expect(subject.apply(stamped(put('k', 'v'), [1, 1]))).to.deep.equal(expired);
      expect(subject.apply(stamped(put('k', 'v'), [2, 3]))).to.include({ type: 'put' });
    });

    it('recounts its cached replies after a restart', () => {
      const subject = new Subject({ sessionCountMax: 9, cachedReplyCountMax: 3 }).open(2);
      for (const number of [1, 2]) subject.apply(stamped(put('k', 'v'), [1, number]));
      subject.apply(stamped(put('k', 'v'), [2, 1]));
      const kept = subject.sessions.takeChanges().flatMap(([id, session]) => {
        return session === undefined ? [] : [[id, session] as const];
      });
      subject.restart(new Map(kept));
      subject.apply(stamped(put('k', 'v'), [2, 2]));
      expect(subject.apply(stamped(put('k', 'v'), [1, 1]))).to.deep.equal(expired);
    });
  });

  it('has bounds that are the same in every version, since the log format contains them', () => {
    expect(sessionLimits).to.deep.equal({
      sessionCountMax: 10_000,
      cachedReplyCountMax: 500_000,
      ownerSessionCountMax: 5_000,
      cachedReplyBytesMax: 16_777_216,
      sessionReplyBytesMax: 98_304,
    });
  });

  it('stops before it assigns an id beyond exact integers', () => {
    const sessions = new Sessions({ next: Number.MAX_SAFE_INTEGER, uses: 0 });
    const store = new Store(0, new FixedCache({}));
    const open = () => sessions.apply({ command: openSession() }, [], store);
    expect(open).to.throw(/counted exactly/);
  });
});

describe('Sessions of a cluster with an incarnation', () => {
  const incarnation = Buffer.alloc(16, 1).toString('base64url');
  const gone = { type: 'refused', reason: 'outsideWindow' };
  let entropy = 0;

  function open(subject: Subject, owner = 'address alice'): SessionId {
    entropy += 1;
    const opening = { entropy: new Uint8Array(16).fill(entropy), owner };
    const reply = subject.apply({ command: openSession(), opening });
    if (reply.type !== 'openSession') throw new Error(`the reply is ${reply.type}`);
    return reply.session;
  }

  function write(subject: Subject, session: SessionId, number = 1, user?: string): Reply {
    return subject.apply({
      command: put('k', 'v'),
      stamp: { session, number, firstOutstanding: 1 },
      ...(user !== undefined && { principal: { user } }),
    });
  }

  const isOpen = (subject: Subject, session: SessionId, user?: string) =>
    write(subject, session, subject.store.revision + 1, user).type === 'put';

  it('have random ids, none twice, also if a batch is decided twice', () => {
    const subject = new Subject({}, incarnation);
    const opening = { entropy: new Uint8Array(16), owner: 'local' };
    const [one, two] = [1, 2].map(() => subject.apply({ command: openSession(), opening }));
    expect(one)
      .to.have.property('session')
      .that.matches(/^[\w-]{22}$/);
    expect(two).to.have.property('session').that.is.not.equal(Object(one).session);
    const other = new Subject({}, Buffer.alloc(16, 2).toString('base64url'));
    expect(other.apply({ command: openSession(), opening })).not.to.deep.equal(one);
  });

  it('are not opened without random bits, so that the server proposes it again', () => {
    const subject = new Subject({}, incarnation);
    expect(subject.apply({ command: openSession() })).to.deep.equal(expired);
    expect(subject.sessions.count).to.equal(0);
  });

  it('replace those of the lower level, which all end, once', () => {
    const subject = new Subject().open(2);
    subject.sessions.takeChanges();
    subject.sessions.found(undefined);
    expect(subject.sessions.count).to.equal(2);
    subject.sessions.found(incarnation);
    expect(subject.sessions.takeChanges()).to.deep.equal([
      [1, undefined],
      [2, undefined],
    ]);
    expect(write(subject, 1)).to.deep.equal(expired);
    const session = open(subject);
    subject.sessions.found(Buffer.alloc(16, 9).toString('base64url'));
    expect(subject.sessions.incarnation).to.equal(incarnation);
    expect(isOpen(subject, session)).to.equal(true);
  });

  it('survive a restart with their owners, and serve no other user', () => {
    const subject = new Subject({}, incarnation);
    const session = open(subject, 'user bob');
    const kept = subject.sessions.takeChanges().flatMap(([id, one]) => (one ? [[id, one]] : []));
    subject.restart(new Map(kept as [SessionId, Session][]));
    for (const other of ['alice', undefined]) {
      expect(isOpen(subject, session, other)).to.equal(false);
    }
    expect(isOpen(subject, session, 'bob')).to.equal(true);
  });

  it('of one owner are evicted before those of others, however many it opens', () => {
    const subject = new Subject({ sessionCountMax: 4 }, incarnation);
    const others = ['address bob', 'address carol'].map((owner) => open(subject, owner));
    const greedy = Array.from({ length: 50 }, () => open(subject, 'address greedy'));
    expect(others.map((session) => isOpen(subject, session))).to.deep.equal([true, true]);
    expect(greedy.slice(-3).map((session) => isOpen(subject, session))).to.deep.equal([
      false,
      true,
      true,
    ]);
    const last = open(subject, 'address dave');
    expect(subject.sessions.count).to.equal(4);
    expect(isOpen(subject, last)).to.equal(true);
  });

  it('of one owner have a bound of their own', () => {
    const subject = new Subject({ sessionCountMax: 9, ownerSessionCountMax: 2 }, incarnation);
    const sessions = Array.from({ length: 3 }, () => open(subject));
    open(subject, 'address bob');
    expect(sessions.map((session) => isOpen(subject, session))).to.deep.equal([false, true, true]);
  });

  it('drop the replies of the lowest numbers beyond their bytes: those numbers are over', () => {
    const subject = new Subject({ sessionReplyBytesMax: 2 * 64 }, incarnation);
    const session = open(subject);
    for (const number of [1, 2, 3]) write(subject, session, number);
    const { revision } = subject.store;
    expect(write(subject, session, 1)).to.deep.equal(gone);
    expect(write(subject, session, 2)).to.include({ type: 'put', revision: 2 });
    expect(subject.store.revision).to.equal(revision);
  });

  it('are evicted beyond the bytes of all replies, those of the owner first', () => {
    const subject = new Subject({ sessionCountMax: 9, cachedReplyBytesMax: 3 * 64 }, incarnation);
    const [victim, first, second] = [open(subject, 'address bob'), open(subject), open(subject)];
    write(subject, victim);
    write(subject, first);
    write(subject, second, 1);
    write(subject, second, 2);
    const repeated = [victim, first, second].map((id) => write(subject, id).type);
    expect(repeated).to.deep.equal(['put', 'refused', 'put']);
  });
});
