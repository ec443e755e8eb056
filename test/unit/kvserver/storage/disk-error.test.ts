import {
  DiskError,
  hasCode,
  reasonOf,
  toDiskError,
} from '@paxkv/kvserver/internal/storage/disk-error';
import { expect } from 'chai';

describe('Error of the data on disk', () => {
  it('makes any other error one that says what was tried, and why it failed', () => {
    const cause = new Error('no such file');
    const error = toDiskError('read a file', cause);
    expect(error)
      .to.be.instanceOf(DiskError)
      .and.to.include({
        ...{ name: 'DiskError', code: 'DISK_UNUSABLE', cause },
        message: 'Cannot read a file: no such file.',
      });
    expect(toDiskError('read a file', 'a text').message).to.equal('Cannot read a file: a text.');
  });

  it('is left as it is if it is one already', () => {
    const error = new DiskError('DISK_IN_USE', 'in use');
    expect(toDiskError('read a file', error)).to.equal(error);
    expect(error).not.to.have.property('cause');
  });

  it('has the reason of its cause', () => {
    expect([new Error('why'), 'a text', 7].map(reasonOf)).to.deep.equal(['why', 'a text', '7']);
  });

  it('is recognized by the code that the system gave, and by no other', () => {
    const absent = Object.assign(new Error('absent'), { code: 'ENOENT' });
    expect(hasCode(absent, 'ENOENT')).to.equal(true);
    expect(hasCode(absent, 'EEXIST')).to.equal(false);
    for (const other of [new Error('ENOENT'), { code: 'ENOENT' }, 'ENOENT', undefined, null]) {
      expect(hasCode(other, 'ENOENT'), String(other)).to.equal(false);
    }
  });
});
