import { KvError } from '@paxkv/client';
import { expect } from 'chai';
import { CliError, toErrorReply, toFailure } from 'paxkv/internal/cli-error';

describe('exit codes', () => {
  it('tell what was not done from what nobody knows', () => {
    expect(toFailure(new KvError('KV_UNREACHABLE', 'no server')).exitCode).to.equal(1);
    expect(toFailure(new KvError('KV_TIMEOUT', 'no reply')).exitCode).to.equal(4);
  });

  it('follow the outcome of the error where it knows more than its code', () => {
    const unsent = new KvError('KV_ABORTED', 'called off', { outcome: 'not done' });
    expect(toFailure(unsent).exitCode).to.equal(1);
    const retried = new KvError('KV_TOO_LARGE', 'too large', { outcome: 'unknown' });
    expect(toFailure(retried).exitCode).to.equal(4);
    const gone = new KvError('KV_REPLY_GONE', 'no results', { outcome: 'done' });
    expect(toFailure(gone).exitCode).to.equal(6);
  });

  it('come with the code and the outcome in words', () => {
    const { lines } = toFailure(new KvError('KV_TIMEOUT', 'no reply'));
    expect(lines).to.deep.equal(['no reply (KV_TIMEOUT, unknown)']);
  });

  it('follow the code of an error of the command itself', () => {
    const { lines, exitCode, outcome } = toFailure(new CliError('CLI_DATA', ['one', 'two']));
    expect(lines).to.deep.equal(['one', 'two']);
    expect({ exitCode, outcome }).to.deep.equal({ exitCode: 3, outcome: 'not done' });
    const disk = new CliError('DISK_IN_USE', 'in use');
    expect(disk).to.include({ exitCode: 3, outcome: 'not done', code: 'DISK_IN_USE' });
  });

  it('say that a result which cannot be written belongs to something done', () => {
    const failure = new CliError('CLI_OUTPUT', 'the disk is full');
    expect(failure).to.include({ exitCode: 6, outcome: 'done' });
  });

  for (const thrown of [new RangeError('defect'), 'defect']) {
    it(`are 4 for a defect thrown as ${typeof thrown}, which may have come after the effect`, () => {
      const failure = toFailure(thrown);
      const { code, outcome, exitCode } = failure;
      expect({ code, outcome, exitCode }).to.deep.equal({
        code: 'CLI_INTERNAL',
        outcome: 'unknown',
        exitCode: 4,
      });
      expect(failure.lines.join()).to.match(/^internal error: .*defect/);
    });
  }

  it('come with the place of a defect', () => {
    expect(toFailure(new RangeError('defect')).lines.join()).to.match(/RangeError: defect\n\s+at /);
  });
});

describe('an error as JSON', () => {
  it('has code, outcome and message, like an error of the HTTP interface', () => {
    const failure = toFailure(new CliError('CLI_USAGE', ['one', 'two']));
    expect(toErrorReply(failure)).to.deep.equal({
      error: { code: 'CLI_USAGE', outcome: 'not done', message: 'one\ntwo' },
    });
  });
});
