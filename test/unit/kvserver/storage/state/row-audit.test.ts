import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { RowAudit, type StateRow } from '@paxkv/kvserver/internal/storage/state/row-audit';
import {
  dataKeyOf,
  journalKey,
  leaseKey,
  positionKey,
  sessionKey,
  sessionsKey,
} from '@paxkv/kvserver/internal/storage/state/row-keys';
import {
  checksumAfter,
  emptyChecksum,
  seal,
  sumIn,
} from '@paxkv/kvserver/internal/storage/state/rows';
import type { Bytes } from '@paxkv/protocol';
import { expect } from 'chai';

function rowAt(key: Bytes, content = 'content'): StateRow {
  return [key, seal(key, [content])];
}

function sumOf(...rows: readonly StateRow[]) {
  return rows.reduce(
    (sum, [, row]) => checksumAfter(sum, { before: undefined, after: sumIn(row) }),
    emptyChecksum,
  );
}

function audited(...rows: readonly StateRow[]): RowAudit {
  const audit = new RowAudit();
  for (const row of rows) audit.take(row);
  return audit;
}

function refusalOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    expect(error.code).to.equal('STATE_DAMAGED');
    return error.message;
  }
}

describe('The audit of rows', () => {
  const entry = rowAt(dataKeyOf('k'));
  const session = rowAt(sessionKey(1));
  const lease = rowAt(leaseKey('AAAAAAAAAAAAAAAAAAAAAA'));

  it('finds the rows whole that are those of the position', () => {
    expect(refusalOf(() => audited().finish(emptyChecksum))).to.equal(undefined);
    const audit = audited(entry, session, lease);
    expect(refusalOf(() => audit.finish(sumOf(lease, entry, session)))).to.equal(undefined);
  });

  it('counts no row about the state as a whole, but verifies it', () => {
    const about = [positionKey, journalKey, sessionsKey].map((key) => rowAt(key));
    expect(refusalOf(() => audited(...about).finish(emptyChecksum))).to.equal(undefined);
    for (const [key] of about) {
      expect(refusalOf(() => audited([key, entry[1]]))).to.match(/is damaged/);
    }
  });

  it('refuses a row that is not what was written under its key', () => {
    expect(refusalOf(() => audited([dataKeyOf('j'), entry[1]]))).to.match(/is damaged/);
  });

  it('refuses a row of an unknown kind, by its key', () => {
    const key = Buffer.from('h?');
    expect(refusalOf(() => audited(rowAt(key)))).to.match(/unknown kind, with key 683f\./);
  });

  it('refuses rows of which one is missing, surplus or another', () => {
    const expected = sumOf(entry, session);
    const tells = (...rows: readonly StateRow[]) =>
      refusalOf(() => audited(...rows).finish(expected));
    expect(tells(entry)).to.match(/has 1 rows of 2/);
    expect(tells(entry, session, lease)).to.match(/has 3 rows of 2/);
    expect(tells(entry, lease)).to.match(/has 2 rows of 2/);
  });

  it('follows a row that changes after it was taken', () => {
    const changed = rowAt(entry[0], 'other');
    const audit = audited(entry, session);
    audit.replace({ before: sumIn(entry[1]), after: sumIn(changed[1]) });
    expect(refusalOf(() => audit.finish(sumOf(changed, session)))).to.equal(undefined);
    audit.replace({ before: sumIn(changed[1]), after: undefined });
    expect(refusalOf(() => audit.finish(sumOf(session)))).to.equal(undefined);
  });
});
