/** Reads the bundle of this repository, which the setup has built. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildBundle } from 'paxkv/internal/build/bundle';
import { bundledProgram, commandBundle } from 'paxkv/internal/build/bundle-files';
import { commandTable } from 'paxkv/internal/command-table';

const { folder } = commandBundle;
const readBundled = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('the bundle of the command', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const code = names.map(readBundled);

  it('is not built again while nothing has changed', async () => {
    const program = bundledProgram();
    const before = statSync(program).ino;
    await buildBundle();
    expect(statSync(program).ino).to.equal(before);
  });

  it('loads each command when it is named', () => {
    expect(readBundled('main.js')).to.match(/await import\("\.\/program\.js"\)/);
    const loads = [...readBundled('program.js').matchAll(/await import\("\.\/[\w-]+\.js"\)/g)];
    expect(loads).to.have.lengthOf(commandTable.length);
  });

  it('asks Node for its own modules and for native code, and for nothing else', () => {
    const asked = code.flatMap((text) => [
      ...[...text.matchAll(/^import .*from "([^".]+)";$/gm)].map(([, name = '']) => name),
      ...[...text.matchAll(/\b__require\("([^"]+)"\)/g)].map(([, name = '']) => name),
    ]);
    const { builtinModules } = createRequire(import.meta.url)('node:module');
    const foreign = asked.filter((name) => !builtinModules.includes(name.replace(/^node:/, '')));
    expect([...new Set(foreign)]).to.have.members([
      ...['classic-level', 'msgpackr-extract', 'bufferutil', 'utf-8-validate'],
    ]);
  });

  it('finds files beside itself alone', () => {
    const places = code.flatMap((text) => text.match(/new URL\([^()]*import\.meta\.url\)/g) ?? []);
    expect(places).to.have.members([
      'new URL("./console/", import.meta.url)',
      'new URL("./main.js", import.meta.url)',
    ]);
    expect(code.join('\n')).not.to.match(/createRequire\(import\.meta\.url\)\(/);
    const page = join(import.meta.resolve('@paxkv/kvserver'), '../console').replace('file:', '');
    expect(readdirSync(join(folder, 'console'))).to.have.members(readdirSync(page));
  });

  it('has none of the texts of errors in other languages', () => {
    expect(code.join('\n'))
      .to.contain('zod')
      .and.not.match(/zod\/v4\/locales\/(?!en\b)\w+/);
  });

  it('keeps the names of functions, which a stack trace shows', () => {
    expect(readBundled('run-node.js')).to.match(/^async function runNode\(config, streams/m);
  });

  it('has the licences of what it contains', () => {
    const licences = readBundled('licences.txt');
    for (const name of ['express', 'zod', 'pino', 'commander', 'msgpackr', 'yaml', 'ws', 'level']) {
      expect(licences).to.match(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+, (?:MIT|ISC)$`, 'm'));
    }
  });
});
