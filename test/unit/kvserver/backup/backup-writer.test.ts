import { readBackup } from '@paxkv/kvserver/internal/backup/backup-reader';
import { type BackupSource, writeBackup } from '@paxkv/kvserver/internal/backup/backup-writer';
import { StateExport } from '@paxkv/kvserver/internal/storage/state/state-export';
import { expect } from 'chai';
import { applyNext, put } from '../state-machine/fixtures.ts';
import { backupOf, chunkOffsets, inPieces, largerState, origin, smallState } from './backups.ts';

/** The backup of `smallState`, as version 1 of the format has it for good. */
const golden = [
  'UEFYS1ZCSwFIAAAAsXsiY2x1c3RlciI6InBheGt2Iiwibm9kZUNvdW50IjozLCJub2RlIjoxLCJ2ZXJzaW9uIjoiMC',
  '4xLjAiLCJ0YWtlbkF0IjoiMjAyNi0wMS0wMlQwMzowNDowNS42NzhaIiwiY29uc2lzdGVuY3kiOiJsaW5lYXJpemFi',
  'bGUiLCJmZWF0dXJlTGV2ZWwiOjEsImFwcGxpZWQiOjIsInJldmlzaW9uIjo1LCJyb3dzIjozfY8EyB97rYrQkhhZAm',
  '2ROdl3de5+eUZLykJ/jYG95DuIUgAAAJ8AAAACZGEAAAAMaFMCX5QBBALEAjEyAAAAAmRiAAAACtXAmyeUAgIBxAAA',
  'AAAJbXBvc2l0aW9uAAAAMwVNDP+XAwIFAgLEIJHU15n0zAoZ8hp5Of+Lb7AJRk8QI/XM9EHPYLx6wwGOkgPOhCcQ5g',
  'AAAAlzAAAAAAAAAAEAAAAgRhNzYJSoYSBjbGllbnQCAZGTActCkBvXoGZkAJMCBAKLr9SceDFsdomeeqYJE/AhgLKk',
  '3+u/umRUaPERq/zq1kUAAAA6eyJjaHVua3MiOjEsImVudHJpZXMiOjIsInNlc3Npb25zIjoxLCJyb3dzIjo0LCJieX',
  'RlcyI6MTI3fUuTT3s3mFadl70loBjqCj/2kTSaaQvmVhEU+nhEOKN/',
].join('');

/** Counts how often it was closed. */
function watched(source: StateExport): { source: BackupSource; closeCount: () => number } {
  let count = 0;
  const close = async () => {
    count += 1;
    await source.close();
  };
  const { position, rowCount } = source;
  return {
    source: { position, rowCount, next: (bytes) => source.next(bytes), close },
    closeCount: () => count,
  };
}

describe('The bytes of a backup', () => {
  it('are those of version 1 of the format', async () => {
    const backup = await backupOf((await smallState()).level);
    expect(backup.toString('base64')).to.equal(golden);
  });

  it('of version 1 are read for good', async () => {
    const { header, totals } = await readBackup(inPieces(Buffer.from(golden, 'base64')));
    expect(header).to.deep.equal({ ...origin, featureLevel: 1, applied: 2, revision: 5, rows: 3 });
    expect(totals).to.include({ entries: 2, sessions: 1 });
  });

  it('are the same for the same state, and hold one position whatever is written meanwhile', async () => {
    const { level, machine } = await largerState();
    const before = await backupOf(level);
    const source = await StateExport.open(level);
    const pieces: Uint8Array[] = [];
    for await (const piece of writeBackup(source, origin)) {
      pieces.push(piece);
      await applyNext(machine, put('a', 'later'), put('large 7', 'later'), put('z', 'later'));
    }
    expect(Buffer.concat(pieces).equals(before)).to.equal(true);
  });

  it('begin with a header that says where they are from, in JSON', async () => {
    const backup = await backupOf((await smallState()).level);
    const [first = 0, second = 0] = chunkOffsets(backup);
    const header = JSON.parse(backup.subarray(first + 5, second - 32).toString());
    expect(header).to.deep.equal({ ...origin, featureLevel: 1, applied: 2, revision: 5, rows: 3 });
  });

  it('release the state at their end, and when nobody takes them any more', async () => {
    const { level } = await largerState();
    const complete = watched(await StateExport.open(level));
    for await (const piece of writeBackup(complete.source, origin)) expect(piece).to.be.ok;
    expect(complete.closeCount()).to.equal(1);
    const left = watched(await StateExport.open(level));
    for await (const piece of writeBackup(left.source, origin)) {
      expect(piece).to.be.ok;
      break;
    }
    expect(left.closeCount()).to.equal(1);
  });

  it('end without a last chunk where a row is damaged', async () => {
    const { level } = await largerState();
    const [row] = await level.iterator({ limit: 1 }).all();
    if (row === undefined) return expect.fail('no row');
    await level.put(row[0], row[1].with(6, 0x55));
    const { source, closeCount } = watched(await StateExport.open(level));
    const pieces = writeBackup(source, origin);
    const read = (async () => {
      for await (const piece of pieces) expect(piece).to.be.ok;
    })();
    await read.then(
      () => expect.fail('it ended as if it was complete'),
      (error: unknown) => expect(error).to.include({ code: 'STATE_DAMAGED' }),
    );
    expect(closeCount()).to.equal(1);
  });
});
