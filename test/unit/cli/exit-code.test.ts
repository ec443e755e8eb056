import { KvError } from '@paxkv/client';
import { expect } from 'chai';
import { CliError, describe as explain } from 'paxkv/internal/exit-code';

describe('exit codes', () => {
  it('tell what was not done from what nobody knows', () => {
    expect(explain(new KvError('KV_UNREACHABLE', 'no server')).exitCode).to.equal(1);
    expect(explain(new KvError('KV_TIMEOUT', 'no reply')).exitCode).to.equal(4);
  });

  it('follow the outcome of the error where it knows more than its code', () => {
    const unsent = new KvError('KV_ABORTED', 'called off', { outcome: 'not done' });
    expect(explain(unsent).exitCode).to.equal(1);
    const retried = new KvError('KV_TOO_LARGE', 'too large', { outcome: 'unknown' });
    expect(explain(retried).exitCode).to.equal(4);
  });

  it('come with the code and the outcome in words', () => {
    const { lines } = explain(new KvError('KV_TIMEOUT', 'no reply'));
    expect(lines).to.deep.equal(['no reply (KV_TIMEOUT, unknown)']);
  });

  it('are what a command says they are', () => {
    const { lines, exitCode } = explain(new CliError(['one', 'two'], 3));
    expect(lines).to.deep.equal(['one', 'two']);
    expect(exitCode).to.equal(3);
  });

  it('come with the place of a defect, and without it for errors of the system', () => {
    expect(explain(new RangeError('defect')).lines.join()).to.match(/RangeError: defect\n\s+at /);
    const systemError = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    expect(explain(systemError)).to.deep.equal({
      lines: ['EACCES: permission denied'],
      exitCode: 1,
    });
  });

  it('are 1 for what is no error at all', () => {
    expect(explain('thrown text')).to.deep.equal({ lines: ['thrown text'], exitCode: 1 });
  });
});
