import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import {
  dataKey,
  isMetaKey,
  journalKey,
  positionKey,
  sessionsKey,
} from '@paxkv/kvserver/internal/storage/state/row-keys';
import { fromChecksum, seal } from '@paxkv/kvserver/internal/storage/state/rows';
import { StateReader } from '@paxkv/kvserver/internal/storage/state/state-reader';
import { authTableToBytes, emptyAuthTable } from '@paxkv/protocol';
import { expect } from 'chai';
import { bytes } from '../../state-machine/fixtures.ts';
import { type OpenRow, rowsOfAllKinds, sealed } from './states.ts';

/** Why the rows are refused; `undefined` if they are accepted. */
function refusalOf(rows: Parameters<StateReader['take']>[0][]): string | undefined {
  try {
    const reader = new StateReader();
    for (const row of rows) reader.take(row);
    reader.finish();
    return undefined;
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    expect(error.code).to.equal('STATE_DAMAGED');
    return error.message;
  }
}

describe('A state that is read', () => {
  let rows: OpenRow[];

  before(async () => {
    rows = await rowsOfAllKinds();
  });

  it('is accepted in any order of its rows, and gives its position', () => {
    const file = sealed(rows);
    for (const order of [file, file.toReversed()]) {
      const reader = new StateReader();
      for (const row of order) reader.take(row);
      expect(reader.finish().position).to.include({ applied: 6, featureLevel: 4 });
    }
  });

  it('is refused without a position, and with two', () => {
    const file = sealed(rows);
    expect(refusalOf(file.filter(([key]) => !isMetaKey(key)))).to.match(/no position/);
    expect(refusalOf([...file, ...file.filter(([key]) => isMetaKey(key))])).to.match(/two/);
  });

  it('is refused if a row is missing, comes twice, or is another one', () => {
    const file = sealed(rows);
    for (const index of file.keys()) {
      const [key] = file[index] ?? [positionKey];
      if (isMetaKey(key)) continue;
      expect(refusalOf(file.toSpliced(index, 1)), `without ${index}`).to.match(/rows/);
    }
    const key = dataKey(bytes('a'));
    const at = file.findIndex(([each]) => Buffer.compare(each, key) === 0);
    const other = seal(key, [3, 3, 1, bytes('other')]);
    expect(refusalOf(file.with(at, [key, other]))).to.match(/checksums differ/);
  });

  it('is refused with a row that concerns one copy of it only, or of an unknown kind', () => {
    const file = sealed(rows);
    for (const key of [journalKey, sessionsKey, bytes('mother')]) {
      expect(refusalOf([...file, [key, seal(key, [1])]])).to.match(/one copy/);
    }
    const key = bytes('h');
    expect(refusalOf([...file, [key, seal(key, [1])]])).to.match(/unknown kind/);
  });

  it('is refused with an entry that is newer than it', () => {
    const index = rows.findIndex(({ key }) => Buffer.compare(key, dataKey(bytes('a'))) === 0);
    const row = rows[index];
    if (row === undefined) return expect.fail('no entry');
    const newer = { ...row, fields: row.fields.with(1, 1000) };
    expect(refusalOf(sealed(rows.with(index, newer)))).to.match(/newer/);
  });

  it('is refused with an auth table below the level that has one', () => {
    const auth = { key: dataKey(bytes('')), fields: [1, 1, 1, authTableToBytes(emptyAuthTable)] };
    const stateHash = new Uint8Array(32);
    const fields = [3, 0, 1, 1, 0, stateHash, fromChecksum({ count: 0, sum: 0 })];
    const position = { key: positionKey, fields };
    expect(refusalOf(sealed([position]))).to.equal(undefined);
    expect(refusalOf(sealed([auth, position]))).to.match(/below the level/);
  });
});
