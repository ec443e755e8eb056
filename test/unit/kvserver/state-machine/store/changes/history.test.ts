import { History } from '@paxkv/kvserver/internal/state-machine/store/changes/history';
import {
  type RecentChange,
  RecentChanges,
} from '@paxkv/kvserver/internal/state-machine/store/changes/recent-changes';
import { expect } from 'chai';

function change(revision: number, beforeBytes?: number): RecentChange {
  const versions = { createRevision: 1, modRevision: 1, version: 1 };
  const before =
    beforeBytes === undefined ? undefined : { value: 'v'.repeat(beforeBytes), ...versions };
  const entry = { value: 'new', ...versions, modRevision: revision };
  return { revision, name: `k${revision}`, before, entry };
}

/** A history of a state at revision 10 whose earlier changes are gone. */
async function begun(...changes: RecentChange[]): Promise<History> {
  const recent = new RecentChanges(10);
  const gone = Promise.reject(new Error('gone'));
  const history = new History(recent, 10, gone);
  await gone.catch(() => {});
  await history.known(0);
  for (const each of changes) recent.add(each);
  return history;
}

function taken(history: History, revision: number) {
  const { after, until, changes } = history.takeUnwritten(revision);
  return { after, until, revisions: changes.map((each) => each.revision) };
}

describe('The history of a state', () => {
  it('is what came since the last write', async () => {
    const history = await begun(change(11), change(12, 3), change(12));
    expect(taken(history, 12)).to.deep.equal({ after: 10, until: 12, revisions: [11, 12, 12] });
    expect(taken(history, 12)).to.deep.equal({ after: 12, until: 12, revisions: [] });
  });

  it('has changes that replaced values of any size', async () => {
    const history = await begun(change(11, 2 ** 20), change(12));
    expect(taken(history, 12)).to.deep.equal({ after: 10, until: 12, revisions: [11, 12] });
  });

  it('is written only from where memory begins, and drops what comes before', async () => {
    const recent = new RecentChanges(10, 500);
    const history = new History(recent, 10, Promise.resolve({ after: 5, until: 10, changes: [] }));
    await history.known(0);
    expect(history.takeUnwritten(10)).to.include({ after: 10, dropUntil: 5 });
    for (let revision = 11; revision <= 20; revision += 1) recent.add(change(revision, 10));
    const { since } = recent;
    expect(since).to.be.above(15);
    const { after, dropUntil, changes } = history.takeUnwritten(20);
    expect([after, dropUntil, changes[0]?.revision]).to.deep.equal([since, since, since + 1]);
  });
});
