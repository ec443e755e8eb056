import { textBytesMax } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
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

  it('begins anew behind a change that replaced a large value, with whole revisions', async () => {
    const [small, large] = [textBytesMax, textBytesMax + 1];
    for (const [beforeBytes, expected] of [
      [small, { after: 10, until: 14, revisions: [11, 12, 12, 13, 14] }],
      [large, { after: 12, until: 14, revisions: [13, 14] }],
    ] as const) {
      const changes = [change(11), change(12, beforeBytes), change(12), change(13), change(14, 1)];
      expect(taken(await begun(...changes), 14)).to.deep.equal(expected);
    }
  });

  it('has nothing if the last change replaced a large value, and goes on behind it', async () => {
    const recent = new RecentChanges(10);
    const history = new History(recent, 10, Promise.resolve({ after: 5, until: 10, changes: [] }));
    await history.known(0);
    recent.add(change(11));
    recent.add(change(12, textBytesMax + 1));
    expect(taken(history, 12)).to.deep.equal({ after: 12, until: 12, revisions: [] });
    recent.add(change(13));
    expect(taken(history, 13)).to.deep.equal({ after: 12, until: 13, revisions: [13] });
    // Memory keeps it all.
    expect(recent.since).to.equal(5);
  });
});
