import {
  damagedAt,
  damagedSegment,
  newerFormat,
} from '@paxkv/kvserver/internal/storage/journal/log-damage';
import { expect } from 'chai';

const cause = new Error('cut off');

describe('Damage of a log', () => {
  it('is reported with its place, its reason, what to do, and what it was noticed by', () => {
    const damage = damagedSegment('7.wal', 'it is missing', cause);
    expect(damage).to.include({ code: 'DISK_JOURNAL_DAMAGED', cause });
    expect(damage.message).to.match(/^The journal is damaged in 7\.wal: it is missing\. .*repair/);
  });

  it('is reported with its place in the file, where that is known', () => {
    const damage = damagedAt('7.wal', 64, 'it is cut off', cause);
    expect(damage).to.include({ code: 'DISK_JOURNAL_DAMAGED', cause });
    expect(damage.message).to.include('damaged in 7.wal at byte 64: it is cut off. ');
  });

  it('is no damage where a newer version wrote it, which must be started', () => {
    const refusal = newerFormat('7.wal', 3);
    expect(refusal.code).to.equal('DISK_NEWER_FORMAT');
    expect(refusal.message).to.equal(
      '7.wal has format 3; this version knows 1. Start a newer version.',
    );
  });
});
