import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Command } from 'commander';
import { commandTable, loadCommands } from 'paxkv/internal/command-table';
import { addGlobalOptions } from 'paxkv/internal/options';
import { run } from 'paxkv/internal/program';
import { CapturedStreams, runCaptured } from './captured-streams.ts';

const compiled = dirname(fileURLToPath(import.meta.resolve('paxkv/internal/program')));

/** The names of the commands that are loaded for these arguments. */
async function namesFor(...args: string[]): Promise<string[]> {
  const program = addGlobalOptions(new Command()).helpCommand(false);
  for (const add of await loadCommands(args)) add(program, new CapturedStreams({}), run);
  return program.commands.map((command) => command.name());
}

/** The packages that are loaded with a compiled file, because it or what it imports names them. */
function packagesOf(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(join(compiled, file), 'utf8');
  const specifiers = [...text.matchAll(/^(?:import|export)\b[^;'"]*?\bfrom '([^']+)'/gm)];
  return specifiers.flatMap(([, specifier = '']) =>
    specifier.startsWith('.') ? packagesOf(join(dirname(file), specifier), seen) : [specifier],
  );
}

describe('the table of commands', () => {
  it('has every command under all of its names', async () => {
    for (const { names, load } of commandTable) {
      const program = addGlobalOptions(new Command());
      (await load())(program, new CapturedStreams({}), run);
      const added = program.commands.flatMap((one) => [one.name(), ...one.aliases()]);
      expect(added).to.deep.equal(names);
    }
  });

  it('loads no command for the version', async () => {
    for (const args of [['-V'], ['--version'], ['--json', '--version']]) {
      expect(await namesFor(...args), args.join(' ')).to.deep.equal([]);
    }
  });

  it('loads the command that is named, wherever its name stands', async () => {
    expect(await namesFor('get', 'put')).to.deep.equal(['get']);
    expect(await namesFor('set', 'k', 'v')).to.deep.equal(['put']);
    expect(await namesFor('-e', 'put', '--json', '--timeout=1s', 'get', 'k')).to.deep.equal([
      'get',
    ]);
  });

  it('loads all commands for help, for completion and for the prompt', async () => {
    const all = commandTable.flatMap(({ names }) => names.at(0) ?? []);
    for (const args of [[], ['help'], ['help', 'get'], ['--help'], ['complete', 'g'], ['repl']]) {
      expect(await namesFor(...args), args.join(' ')).to.include.members(all);
    }
  });

  it('loads all commands where none can be told, so that the message is the same', async () => {
    for (const args of [['gett'], ['--colour', 'get'], ['-t', 'soon', 'get']]) {
      expect(await namesFor(...args), args.join(' ')).to.include('serve');
    }
    expect((await runCaptured(['gett', 'k'])).notes[1]).to.equal('(Did you mean get?)');
  });

  it('loads neither the client nor the server with the program', () => {
    const packages = packagesOf('program.js');
    expect(packages).to.include('commander');
    expect(packages).not.to.include.oneOf(['@paxkv/client', '@paxkv/kvserver']);
  });

  it('loads what only some commands do when they do it', () => {
    const late = ['@paxkv/kvserver', 'yaml', 'cli-progress', 'hdr-histogram-js', '@peculiar/x509'];
    for (const [, file = ''] of readFileSync(join(compiled, 'command-table.js'), 'utf8').matchAll(
      /import\('(\.\/commands\/[\w-]+\.js)'\)/g,
    )) {
      expect(packagesOf(file), file).not.to.include.oneOf(late);
    }
    expect(packagesOf('run-node.js'))
      .to.include('@paxkv/kvserver')
      .and.not.include('@paxkv/client');
  });
});
