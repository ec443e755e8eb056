import { History } from '@paxkv/playground/internal/console/history';
import { expect } from 'chai';
import { viewOf } from './status-reply.ts';

describe('the history of statuses', () => {
  it('has the rates between two statuses, by the time between them', () => {
    const history = new History();
    history.add(viewOf({ revision: 10, applied: 5, uptimeMs: 1000 }), 10_000);
    history.add(viewOf({ revision: 40, applied: 11, uptimeMs: 3000 }), 12_000);
    expect(history.valuesOf('writes')).to.deep.equal([undefined, 15]);
    expect(history.valuesOf('instances')).to.deep.equal([undefined, 3]);
  });

  it('has no rate across a restart, and none below zero', () => {
    const history = new History();
    history.add(viewOf({ revision: 40, uptimeMs: 9000 }), 1000);
    history.add(viewOf({ revision: 90, uptimeMs: 500 }), 2000);
    history.add(viewOf({ revision: 60, uptimeMs: 1500 }), 3000);
    expect(history.valuesOf('writes')).to.deep.equal([undefined, undefined, 0]);
  });

  it('remembers each change of the leader, the latest first', () => {
    const history = new History();
    const leaders = [0, 0, null, 2, 2];
    for (const [index, leader] of leaders.entries()) history.add(viewOf({ leader }), 1000 * index);
    expect(history.leaderChanges).to.deep.equal([
      { atMs: 3000, before: undefined, after: 2 },
      { atMs: 2000, before: 0, after: undefined },
    ]);
  });

  it('forgets what is older than two minutes, and all but the last leaders', () => {
    const history = new History();
    for (let index = 0; index < 200; index += 1) {
      history.add(viewOf({ leader: index % 2, pending: index }), 1000 * index);
    }
    expect(history.samples).to.have.length(120);
    expect(history.samples[0]).to.include({ pending: 80 });
    expect(history.leaderChanges).to.have.length(20);
  });
});
