import { expect } from 'chai';
import { runCaptured } from '../captured-streams.ts';

describe('paxkv role', () => {
  it('explains itself, and refuses a wrong command line', async () => {
    const help = await runCaptured(['help', 'role']);
    expect(help.exitCode).to.equal(0);
    expect(help.printed).to.match(/^Usage: paxkv role /);
    const wrong = await runCaptured(['role', 'add', '--no-such-option']);
    expect(wrong.exitCode).to.equal(2);
    expect(wrong.notes.join('\n')).to.include('no-such-option');
  });
});
