import { Lifecycle } from '@paxkv/kvserver/internal/replica/lifecycle';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';

describe('the lifecycle of a replica', () => {
  let facts: { isMember: boolean; applied: number; isRepairing: boolean };
  let lifecycle: Lifecycle;

  beforeEach(() => {
    facts = { isMember: true, applied: 5, isRepairing: false };
    lifecycle = new Lifecycle({
      paxos: { isMember: () => facts.isMember, awaited: () => [2] },
      state: {
        get applied() {
          return facts.applied;
        },
      },
      catchUp: {
        get isRepairing() {
          return facts.isRepairing;
        },
        lastAttempt: 'node 1 does not answer',
      },
    });
  });

  it('runs once it is a member and has applied its voting floor', () => {
    facts.isMember = false;
    expect(lifecycle.state).to.equal('joining');
    expect(lifecycle.reason).to.include('node 2');
    facts.isMember = true;
    lifecycle.onAdmitted(6);
    expect(lifecycle.state).to.equal('joining');
    facts.applied = 6;
    expect(lifecycle.state).to.equal('running');
    expect(lifecycle.reason).to.equal(undefined);
    expect(() => lifecycle.expectServing()).not.to.throw();
  });

  it('serves nothing while its state is replaced, and says why no state has arrived', () => {
    facts.isRepairing = true;
    expect(lifecycle.state).to.equal('repairing');
    expect(() => lifecycle.expectServing())
      .to.throw('node 1 does not answer')
      .with.property('outcome', 'not done');
  });

  it('ends with its first failure, whatever happens then', () => {
    const failure = new Error('the disk is gone');
    expect([lifecycle.fail(failure), lifecycle.fail(new Error('later'))]).to.deep.equal([
      true,
      false,
    ]);
    expect(lifecycle.stop()).to.equal(false);
    facts.isRepairing = true;
    expect(lifecycle).to.include({ state: 'failed', failure, reason: 'the disk is gone' });
    expect(lifecycle.unavailable()).to.include({ code: 'KV_UNAVAILABLE', cause: failure });
  });

  it('is stopping from the first request on', () => {
    expect([lifecycle.stop(), lifecycle.stop()]).to.deep.equal([true, false]);
    expect(lifecycle.state).to.equal('stopping');
    expect(lifecycle.hasFailed).to.equal(false);
  });

  it('refuses a request whose caller has gone, as not done', () => {
    const controller = new AbortController();
    expect(() => lifecycle.expectServing(controller.signal)).not.to.throw();
    controller.abort();
    expect(() => lifecycle.expectServing(controller.signal))
      .to.throw(KvError)
      .that.includes({ code: 'KV_ABORTED', outcome: 'not done' });
    facts.isMember = false;
    expect(() => lifecycle.expectServing(controller.signal))
      .to.throw(KvError, 'This server is joining')
      .that.includes({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
  });

  it('serves from its voting floor on, that of the last admission', () => {
    expect(lifecycle.state).to.equal('running');
    for (const [votingFloor, applied, state] of [
      [6, 5, 'joining'],
      [6, 6, 'running'],
      [6, 7, 'running'],
      [9, 8, 'joining'],
      [-1, -1, 'running'],
    ] as const) {
      lifecycle.onAdmitted(votingFloor);
      facts.applied = applied;
      expect(lifecycle.state, `${applied} of ${votingFloor}`).to.equal(state);
    }
  });

  it('fails also while it is stopping, and says so', () => {
    lifecycle.stop();
    expect(lifecycle.reason).to.equal(undefined);
    expect(lifecycle.unavailable().message).to.equal('This server is stopping.');
    expect(lifecycle.fail(new Error('the disk is gone'))).to.equal(true);
    expect(lifecycle).to.include({ state: 'failed', hasFailed: true });
    expect(lifecycle.unavailable().message).to.equal('This server is failed: the disk is gone.');
  });
});
