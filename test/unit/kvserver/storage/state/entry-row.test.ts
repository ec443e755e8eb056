import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { fromEntry, readEntry } from '@paxkv/kvserver/internal/storage/state/entry-row';
import { dataKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal } from '@paxkv/kvserver/internal/storage/state/rows';
import { authTableToBytes, type Entry, emptyAuthTable } from '@paxkv/protocol';
import { expect } from 'chai';
import { bytes, plain } from '../../state-machine/fixtures.ts';

const entry: Entry = { value: bytes('v'), createRevision: 3, modRevision: 7, version: 5 };

/** The code of the error with which the row is refused. */
function refusalOf(changes: Partial<Entry>, key = dataKey(bytes('k')), revision?: number): unknown {
  try {
    readEntry(key, seal(key, fromEntry({ ...entry, ...changes })), revision);
    return undefined;
  } catch (error) {
    return error instanceof StateError ? error.code : error;
  }
}

describe('The row of an entry', () => {
  it('reads as the entry that was written', () => {
    const key = dataKey(bytes('k'));
    expect(plain(readEntry(key, seal(key, fromEntry(entry)), 7))).to.deep.equal(plain(entry));
  });

  it('has a field more with a lease, and is refused with one that names none', () => {
    const lease = 'AAECAwQFBgcICQoLDA0ODw';
    const key = dataKey(bytes('k'));
    expect([entry, { ...entry, lease }].map((each) => fromEntry(each).length)).to.deep.equal([
      4, 5,
    ]);
    const read = readEntry(key, seal(key, fromEntry({ ...entry, lease })));
    expect(plain(read)).to.deep.equal(plain({ ...entry, lease }));
    expect(readEntry(key, seal(key, fromEntry(entry)))).not.to.have.property('lease');
    expect(refusalOf({ lease: 'no lease' })).to.equal('STATE_DAMAGED');
  });

  it('is refused with revisions that no sequence of writes gives', () => {
    expect(refusalOf({})).to.equal(undefined);
    for (const changes of [
      { version: 0 },
      { version: 6 },
      { createRevision: 0 },
      { createRevision: 8 },
      { modRevision: 2 },
      { modRevision: 2 ** 51 + 1 },
      { createRevision: 3.5 },
    ]) {
      expect(refusalOf(changes), JSON.stringify(changes)).to.equal('STATE_DAMAGED');
    }
  });

  it('is refused if it is newer than its state', () => {
    expect(refusalOf({}, undefined, 7)).to.equal(undefined);
    expect(refusalOf({}, undefined, 6)).to.equal('STATE_DAMAGED');
  });

  it('is refused with a key or a value that no client can write', () => {
    const [longest, longer] = [1024, 1025].map((length) => dataKey(new Uint8Array(length)));
    expect([refusalOf({}, longest), refusalOf({}, longer)]).to.deep.equal([
      undefined,
      'STATE_DAMAGED',
    ]);
    const refusals = [2 ** 20, 2 ** 20 + 1].map((length) =>
      refusalOf({ value: new Uint8Array(length) }),
    );
    expect(refusals).to.deep.equal([undefined, 'STATE_DAMAGED']);
  });

  it('with the empty key is refused unless it is an auth table', () => {
    const key = dataKey(new Uint8Array());
    const table = authTableToBytes(emptyAuthTable);
    expect(refusalOf({ value: table }, key)).to.equal(undefined);
    for (const value of [bytes('{}'), bytes(''), table.subarray(1), bytes('v')]) {
      expect(refusalOf({ value }, key)).to.equal('STATE_DAMAGED');
    }
  });
});
