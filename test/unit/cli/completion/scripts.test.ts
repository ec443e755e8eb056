import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { completionScripts } from 'paxkv/internal/completion/scripts';

const run = promisify(execFile);

describe('The completion scripts', () => {
  it('makes bash complete the word at the cursor', async () => {
    const paxkv = 'paxkv() { printf "%s\\n" "$@" | tail -n 2; }';
    const line = 'COMP_WORDS=(paxkv get --pre); COMP_CWORD=2; _paxkv';
    const program = `${paxkv}\n${completionScripts.bash}\n${line}; echo "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['-c', program]);
    expect(stdout).to.equal('get --pre\n');
  });
});
