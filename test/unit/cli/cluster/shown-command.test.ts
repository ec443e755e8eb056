import { expect } from 'chai';
import { quoteAll, toShownCommand } from 'paxkv/internal/cluster/shown-command';

const command = '/home/me/paxkv/packages/cli/dist/main.js';

describe('toShownCommand', () => {
  it('is relative to the place it is pasted in, where that is shorter', () => {
    const shown = toShownCommand({
      script: command,
      command,
      workingDirectory: '/home/me/paxkv',
    });
    expect(shown).to.equal('node packages/cli/dist/main.js');
  });

  it('is absolute from elsewhere, and quoted where the shell needs it', () => {
    const workingDirectory = '/home/me/other';
    expect(toShownCommand({ script: command, command, workingDirectory })).to.equal(
      `node ${command}`,
    );
    const spaced = '/home/my self/main.js';
    expect(toShownCommand({ script: spaced, command: spaced, workingDirectory })).to.equal(
      "node '/home/my self/main.js'",
    );
  });

  it('is the name by which it was called, installed globally or in a project', () => {
    const workingDirectory = '/home/me';
    const installed = { script: '/usr/local/bin/paxkv', command, workingDirectory };
    expect(toShownCommand(installed)).to.equal('paxkv');
    const local = { ...installed, script: '/home/me/project/node_modules/.bin/paxkv' };
    expect(toShownCommand(local)).to.equal('npx paxkv');
  });
});

describe('quoteAll', () => {
  it('quotes only what a shell would take apart', () => {
    expect(quoteAll(['--data', '.paxkv/node-0', '127.0.0.1:1,127.0.0.1:2'])).to.equal(
      '--data .paxkv/node-0 127.0.0.1:1,127.0.0.1:2',
    );
    expect(quoteAll(['my data', "it's", '$HOME', ''])).to.equal(`'my data' 'it'\\''s' '$HOME' ''`);
  });
});
