import { DiskError } from '@paxkv/kvserver/internal/storage/disk-error';
import { causesOf, codeOf, isShortage } from '@paxkv/kvserver/internal/storage/shortage';
import { expect } from 'chai';

function systemError(code: string, cause?: unknown): Error {
  return Object.assign(new Error('something', { cause }), { code });
}

describe('a shortage', () => {
  it('is every error of the system that says so, however deep it is nested', () => {
    for (const code of ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']) {
      expect(isShortage(systemError(code)), code).to.equal(true);
      const failed = new DiskError('DISK_FAILED', 'a write failed', systemError(code));
      expect(isShortage(new Error('closed', { cause: failed })), code).to.equal(true);
    }
  });

  it('is also what LevelDB says without a code', () => {
    for (const reason of [
      'No space left on device',
      'Too many open files',
      'Too many open files in system',
      'Cannot allocate memory',
    ]) {
      const error = new Error(`IO error: /data/state/000005.ldb: ${reason}`);
      expect(isShortage(error), reason).to.equal(true);
    }
  });

  it('is no other error, and no lock of another process', () => {
    for (const error of [
      systemError('EIO'),
      systemError('EACCES'),
      'ENOSPC',
      undefined,
      new DiskError('DISK_STATE_DAMAGED', 'damaged'),
      new DiskError('DISK_IN_USE', 'in use', systemError('EAGAIN')),
      systemError('LEVEL_LOCKED', new Error('lock: Resource temporarily unavailable')),
    ]) {
      expect(isShortage(error)).to.equal(false);
    }
  });

  it('is found among the causes of an error', () => {
    const inner = systemError('EMFILE');
    const outer = new Error('outer', { cause: inner });
    expect(causesOf(outer)).to.deep.equal([outer, inner]);
    expect(causesOf('no error')).to.deep.equal([]);
    expect([codeOf(inner), codeOf(outer)]).to.deep.equal(['EMFILE', '']);
  });
});
