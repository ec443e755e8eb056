import { expect } from 'chai';
import {
  quoteAll,
  toCallText,
  toEndText,
  toStartJson,
  toStartText,
} from 'paxkv/internal/cluster/instructions';
import { planCluster } from 'paxkv/internal/cluster/plan';

const program = '/home/me/paxkv/packages/cli/bundle/main.js';
const plan = planCluster({ nodeCount: 3, firstPort: 4401, dataDirectory: '.paxkv' });

describe('toStartText', () => {
  it('shows where each node is, and which process it is', () => {
    const text = toStartText({ plan, pids: [11, 12, 13] }, 'paxkv');
    expect(text).to.contain('  node 1  http://127.0.0.1:4402  pid 12  log .paxkv/node-1.log\n');
  });

  it('gives a put and a get to paste, by curl and by the command', () => {
    const text = toStartText({ plan, pids: [] }, 'npx paxkv');
    expect(text).to.contain('  curl -X PUT http://127.0.0.1:4401/v1/kv/greeting -d hello\n');
    expect(text).to.contain('  curl http://127.0.0.1:4402/v1/kv/greeting\n');
    expect(text).to.contain('  npx paxkv put greeting hello\n');
    expect(text).to.contain('  npx paxkv get greeting\n');
  });

  it('says where the console is, unless there is none', () => {
    const look = '\nLook at the cluster in a browser:\n\n  http://127.0.0.1:4401/\n';
    expect(toStartText({ plan, pids: [] }, 'paxkv')).to.contain(look);
    const bare = { plan: { ...plan, hasConsole: false }, pids: [] };
    expect(toStartText(bare, 'paxkv')).to.not.contain('browser');
  });

  it('names the endpoints if they are not the default of the commands', () => {
    const single = planCluster({ nodeCount: 1, firstPort: 7000, dataDirectory: 'd' });
    const text = toStartText({ plan: single, pids: [1] }, 'paxkv');
    expect(text).to.contain('  paxkv get greeting --endpoints http://127.0.0.1:7000\n');
    expect(text).to.contain('  curl http://127.0.0.1:7000/v1/kv/greeting\n');
  });
});

describe('toEndText', () => {
  it('says in one line how a node ended, and the command that brings it back', () => {
    const spaced = planCluster({ nodeCount: 1, firstPort: 7000, dataDirectory: 'my data' });
    const [node] = spaced.nodes;
    expect(node && toEndText(node, { reason: 'SIGKILL' }, 'paxkv')).to.equal(
      'node 0 ended (SIGKILL). To run it again: ' +
        "paxkv serve --node 0 --peers 127.0.0.1:7000 --data 'my data/node-0'",
    );
  });
});

describe('toStartJson', () => {
  it('has the address, process and log of each node', () => {
    expect(toStartJson({ plan, pids: [11, 12, 13] })).to.deep.nested.include({
      dataDirectory: '.paxkv',
      'nodes[2]': {
        node: 2,
        endpoint: 'http://127.0.0.1:4403',
        pid: 13,
        logFile: '.paxkv/node-2.log',
      },
    });
  });
});

describe('toCallText', () => {
  it('is relative to the place it is pasted in, where that is shorter', () => {
    const shown = toCallText({
      script: program,
      program,
      workingDirectory: '/home/me/paxkv',
    });
    expect(shown).to.equal('node packages/cli/bundle/main.js');
  });

  it('is absolute from elsewhere, and quoted where the shell needs it', () => {
    const workingDirectory = '/home/me/other';
    expect(toCallText({ script: program, program, workingDirectory })).to.equal(`node ${program}`);
    const spaced = '/home/my self/main.js';
    expect(toCallText({ script: spaced, program: spaced, workingDirectory })).to.equal(
      "node '/home/my self/main.js'",
    );
  });

  it('is the name by which it was called, installed globally or in a project', () => {
    const workingDirectory = '/home/me';
    const installed = { script: '/usr/local/bin/paxkv', program, workingDirectory };
    expect(toCallText(installed)).to.equal('paxkv');
    const local = { ...installed, script: '/home/me/project/node_modules/.bin/paxkv' };
    expect(toCallText(local)).to.equal('npx paxkv');
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
