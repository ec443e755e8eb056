import { readStatus } from '@paxkv/playground/internal/console/status-view';
import { expect } from 'chai';
import { viewOf } from './status-reply.ts';

describe('readStatus', () => {
  it('reads what a server reports, and derives the rest', () => {
    expect(viewOf()).to.deep.include({ node: 1, state: 'running', leader: 0, revision: 1234 });
    expect(viewOf()).to.deep.include({ nodeCount: 3, reachedCount: 2, hasMajority: true });
    expect(viewOf()).to.deep.include({ lag: 2, retained: 10 });
    expect(viewOf().members[1]).to.deep.equal({
      node: 2,
      isConnected: false,
      reason: 'connection refused',
      address: '10.0.0.3:4400',
      roundTripMs: undefined,
      lacking: undefined,
    });
  });

  it('lacks a majority in a minority, and where exactly half is reached', () => {
    expect(viewOf({ peers: [{ node: 0, connected: false }] }).hasMajority).to.equal(false);
    expect(viewOf({ peers: [{ node: 0, connected: true }] }).hasMajority).to.equal(true);
  });

  it('believes what a server says itself of its majority, lag, log, disk and elections', () => {
    const view = viewOf({
      majority: { reached: false, forMs: 100 },
      lag: { instances: 7, waitingBytes: 0, ageMs: 30 },
      retained: { instances: 50, bytes: 4096, neededBy: [{ node: 2, instances: 40 }] },
      disk: { flushes: 9, p50Ms: 1.5, p99Ms: null, lastAgoMs: 4, pendingMs: 3 },
      election: { leader: 0, agoMs: 5000 },
      catchUp: { tier: 'log', from: 2, received: 5, total: 9 },
      scrub: { isRunning: true, rows: 5, differsFrom: [2] },
      featureLevel: 3,
    });
    expect(view).to.include({ hasMajority: false, lag: 7, ageMs: 30 });
    expect(view).to.include({ retained: 50, retainedBytes: 4096 });
    expect(view.members.map(({ lacking }) => lacking)).to.deep.equal([undefined, 40]);
    expect(view.disk).to.deep.equal({ p50Ms: 1.5, p99Ms: undefined, pendingMs: 3 });
    expect(view.election).to.deep.equal({ leader: 0, agoMs: 5000 });
    expect(view.catchUp).to.deep.equal({ tier: 'log', from: 2, received: 5, total: 9 });
    expect(view.differsFrom).to.deep.equal([2]);
    expect(view.featureLevel).to.equal(3);
  });

  it('has the required checks that failed, apart from the state', () => {
    const failed = { passed: false, required: true };
    const checks = [
      { name: 'state', detail: 'repairing', ...failed },
      { name: 'disk', detail: 'a flush hangs', ...failed },
      { name: 'peer 2', detail: 'lost', passed: false, required: false },
      { name: 'quorum', detail: 'reached', passed: true, required: true },
    ];
    expect(viewOf({ checks }).failedChecks).to.deep.equal(['a flush hangs']);
  });

  it('has neither lag nor a log before the first instance', () => {
    expect(viewOf({ applied: -1, min: 0, max: -1 })).to.include({ lag: 0, retained: 0 });
  });

  it('lists everything, also members that it does not know', () => {
    const { all } = viewOf({ scrub: { rows: [1, 2], isDone: false } });
    expect(all).to.deep.include({ path: 'scrub.rows[1]', text: '2' });
    expect(all).to.deep.include({ path: 'scrub.isDone', text: 'false' });
    expect(all).to.deep.include({ path: 'peers[1].reason', text: 'connection refused' });
  });

  it('goes without what is absent or of another kind', () => {
    const view = viewOf({ leader: null, peers: 'none', revision: 'x', cluster: undefined });
    expect(view).to.include({ leader: undefined, revision: 0, cluster: '', nodeCount: 1 });
    expect(
      viewOf({ peers: [7, null, {}, { node: 5 }] }).members.map(({ node }) => node),
    ).to.deep.equal([5]);
  });

  it('is nothing for what is no status', () => {
    for (const body of [null, 7, 'status', [], {}, { node: 1 }, { node: 1, state: 'well' }]) {
      expect(readStatus(body), JSON.stringify(body)).to.equal(undefined);
    }
  });
});
