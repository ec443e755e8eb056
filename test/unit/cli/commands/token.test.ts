import { expect } from 'chai';
import { runCaptured } from '../captured-streams.ts';

describe('paxkv token', () => {
  it('explains itself, and refuses a wrong command line', async () => {
    const help = await runCaptured(['help', 'token']);
    expect(help.exitCode).to.equal(0);
    expect(help.printed).to.match(/^Usage: paxkv token /);
    const wrong = await runCaptured(['token', 'create', '--no-such-option']);
    expect(wrong.exitCode).to.equal(2);
    expect(wrong.notes.join('\n')).to.include('no-such-option');
  });
});
