import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { completionScripts } from 'paxkv/internal/completion/scripts';

const run = promisify(execFile);

/** Whether the shell is installed; bash always is. */
function has(shell: string): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

describe('The completion scripts', function () {
  this.timeout(30_000);

  it('makes bash complete the word at the cursor', async () => {
    const paxkv = 'paxkv() { printf "%s\\n" "$@" | tail -n 2; }';
    const line = 'COMP_WORDS=(paxkv get --pre); COMP_CWORD=2; _paxkv';
    const program = `${paxkv}\n${completionScripts.bash}\n${line}; echo "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['-c', program]);
    expect(stdout).to.equal('get --pre\n');
  });

  describe('with fish', () => {
    before(function () {
      if (has('fish')) return;
      console.warn('skipped completion with fish: it is missing');
      this.skip();
    });

    /** The candidates for the end of a line. `paxkv complete` answers with `--prefix-<words before the last>`. */
    async function candidates(line: string, cwd = tmpdir()): Promise<string[]> {
      const paxkv = `function paxkv
        test "$argv[-1]" = none; and return
        echo --prefix-(string join -- + $argv[3..-2])
      end`;
      const program = `${paxkv}\n${completionScripts.fish}\ncomplete -C '${line}'`;
      const { stdout } = await run('fish', ['--no-config', '-c', program], { cwd });
      return stdout.split('\n').filter((candidate) => candidate !== '');
    }

    it('completes the word at the cursor, by the words of its command only', async () => {
      expect(await candidates('paxkv get --pre')).to.deep.equal(['--prefix-get']);
      expect(await candidates('paxkv put; paxkv get --pre')).to.deep.equal(['--prefix-get']);
      expect(await candidates('paxkv get k | paxkv put --pre')).to.deep.equal(['--prefix-put']);
      expect(await candidates('paxkv get -o x --')).to.deep.equal(['--prefix-get+-o+x']);
    });

    it('completes names of files only where nothing else may stand', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'paxkv-completion-'));
      try {
        await writeFile(join(directory, 'none.txt'), '');
        await writeFile(join(directory, '--pre.txt'), '');
        expect(await candidates('paxkv put k none', directory)).to.deep.equal(['none.txt']);
        expect(await candidates('paxkv put k --pre', directory)).to.deep.equal(['--prefix-put+k']);
      } finally {
        await rm(directory, { recursive: true });
      }
    });
  });

  describe('with zsh', () => {
    before(function () {
      if (has('zsh')) return;
      console.warn('skipped completion with zsh: it is missing');
      this.skip();
    });

    /** What a terminal shows after a line was typed and completed. */
    async function shown(line: string, wanted: string, cwd = tmpdir()): Promise<string> {
      const program = `
        zmodload zsh/zpty
        until_shown() {
          local shown='' part
          for attempt in {1..200}; do
            if zpty -r -t terminal part; then shown+=$part; else sleep 0.05; fi
            if [[ $shown == *$1* ]]; then break; fi
          done
          print -r -- "$shown"
        }
        zpty terminal zsh -f -i
        zpty -w terminal "PS1='R''EADY> '; autoload -U compinit; compinit -u -D; source $SCRIPT"
        until_shown 'READY> ' >/dev/null
        zpty -w -n terminal "$LINE"$'\\t'
        until_shown "$WANTED"
        zpty -d terminal`;
      const paxkv = `paxkv() {
        [[ "\${@[-1]}" = none ]] && return
        print -r -- --prefix-\${(j:+:)@[3,-2]}
      }`;
      const directory = await mkdtemp(join(tmpdir(), 'paxkv-completion-'));
      try {
        const script = join(directory, 'script');
        await writeFile(script, `${paxkv}\n${completionScripts.zsh}`);
        const env = { ...process.env, SCRIPT: script, LINE: line, WANTED: wanted };
        return (await run('zsh', ['-f', '-c', program], { cwd, env })).stdout;
      } finally {
        await rm(directory, { recursive: true });
      }
    }

    it('completes the word at the cursor, by the words of its command only', async () => {
      expect(await shown('paxkv put; paxkv get --pre', '--prefix-get')).to.include('--prefix-get');
    });

    it('completes names of files where nothing else may stand', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'paxkv-completion-'));
      try {
        await writeFile(join(directory, 'none.txt'), '');
        expect(await shown('paxkv put k none', 'none.txt', directory)).to.include('none.txt');
      } finally {
        await rm(directory, { recursive: true });
      }
    });
  });
});
