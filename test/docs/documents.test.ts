/** Checks the documents against the tree and the code they describe. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { CliError, type CliErrorCode } from 'paxkv/internal/cli-error';
import { paxkv } from '../process/server-process.ts';
import { codeIn, findFiles, readPage, root, rowsOf, sectionOf } from './pages.ts';

const run = promisify(execFile);

/** Anchors of headings by GitHub's rule, as far as our headings need it. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The broken relative links of a page. */
async function brokenLinks(page: string): Promise<string[]> {
  const text = (await readPage(page)).replaceAll(/^```.*?^```$/gms, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const broken: string[] = [];
  for (const target of targets) {
    if (/^[a-z]+:/.test(target)) continue;
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page : join(dirname(page), file);
    const isThere =
      existsSync(join(root, path)) &&
      (anchor === undefined || anchorsOf(await readPage(path)).includes(anchor));
    if (!isThere) broken.push(`${page}: ${target}`);
  }
  return broken;
}

/** The titles of a test file, as its source spells them. */
async function titlesIn(path: string): Promise<string> {
  return (await readPage(path)).replaceAll("\\'", "'");
}

describe('the documents', () => {
  it('link to files and headings that exist', async () => {
    const pages = await findFiles('.md');
    expect(pages).to.include('README.md');
    const broken = await Promise.all(pages.map(brokenLinks));
    expect(broken.flat()).to.deep.equal([]);
  });

  it('have a README in each package and in test', async () => {
    const folders = [
      'test',
      ...[
        'cli',
        'client',
        'kvserver',
        'paxos',
        'paxos-level',
        'playground',
        'protocol',
        'simulator',
      ].map((name) => `packages/${name}`),
    ];
    const missing = folders.filter((folder) => !existsSync(join(root, folder, 'README.md')));
    expect(missing).to.deep.equal([]);
  });
});

/** Whether a documented path exists: relative to the packages, or to the root for a test. */
function isThere(path: string): boolean {
  return existsSync(join(root, path.startsWith('test/') ? '' : 'packages', path));
}

describe('ARCHITECTURE.md', () => {
  for (const path of ['one put', 'one get', 'one fail-over']) {
    it(`names only files that exist on the path of ${path}`, async () => {
      const section = sectionOf(await readPage('ARCHITECTURE.md'), `## The path of ${path}`);
      const files = rowsOf(section).flatMap(([, where = '']) => codeIn(where));
      expect(files).to.have.length.above(10);
      expect(files.filter((file) => !isThere(file))).to.deep.equal([]);
    });
  }

  it('names for each invariant tests that exist', async () => {
    const section = sectionOf(await readPage('ARCHITECTURE.md'), '## Invariants');
    const rows = rowsOf(section);
    expect(rows).to.have.length.above(10);
    for (const [invariant = '', , shown = ''] of rows) {
      const [file = '', ...titles] = codeIn(shown);
      expect(titles, invariant).to.have.length.above(0);
      const source = await titlesIn(join('test', file));
      for (const title of titles) expect(source, `${file}: ${title}`).to.contain(title);
    }
  });
});

describe('docs/decisions', () => {
  const parts = ['Decided', 'Why', 'Rejected', 'Where'];
  let pages: string[];

  before(async () => {
    const names = await findFiles('.md', 'docs/decisions');
    pages = await Promise.all(names.filter((name) => !name.endsWith('README.md')).map(readPage));
  });

  it('give each decision a date, a reason, rejected alternatives, and the files it concerns', () => {
    const decisions = pages.flatMap((page) => page.split(/^## /m).slice(1));
    expect(decisions).to.have.length.above(50);
    for (const decision of decisions) {
      const found = [...decision.matchAll(/^- \*\*(\w+):\*\* /gm)].map(([, part]) => part);
      expect(found, decision).to.deep.equal(parts);
      expect(decision).to.match(/^- \*\*Decided:\*\* \d{4}-\d{2}-\d{2}/m);
    }
  });

  it('name only files that exist', () => {
    const where = pages.join('\n').matchAll(/^- \*\*Where:\*\* (.*(?:\n {2}.*)*)/gm);
    const files = [...where].flatMap(([, text = '']) => codeIn(text));
    expect(files).to.have.length.above(50);
    expect(files.filter((file) => !isThere(file))).to.deep.equal([]);
  });

  it('are all in the index', async () => {
    const names = await findFiles('.md', 'docs/decisions');
    const listed = rowsOf(await readPage('docs/decisions/README.md')).map(([page = '']) => page);
    const expected = names
      .map((name) => basename(name))
      .filter((name) => name !== 'README.md')
      .map((name) => `[${name}](${name})`);
    expect(listed).to.have.members(expected);
  });
});

async function messageSources(): Promise<string> {
  const names = ['instance', 'commit', 'leader', 'recovery'];
  const pages = names.map((name) => readPage(`packages/paxos/src/core/messages/${name}.ts`));
  return (await Promise.all(pages)).join('\n');
}

describe('docs/protocol.md', () => {
  it('lists every message and no other', async () => {
    const section = sectionOf(await readPage('docs/protocol.md'), '## Messages');
    const listed = rowsOf(section).map(([message = '']) => codeIn(message)[0]);
    const source = await messageSources();
    const types = [...source.matchAll(/readonly type: '(\w+)'/g)].map(([, type]) => type);
    expect(listed).to.have.members(types);
  });

  it('lists the fields of each message, and which may be absent', async () => {
    const section = sectionOf(await readPage('docs/protocol.md'), '## Messages');
    const source = await messageSources();
    for (const [message = '', fields = ''] of rowsOf(section)) {
      const type = codeIn(message)[0];
      const declaration = new RegExp(`readonly type: '${type}';(.*?)^}`, 'ms').exec(source)?.[1];
      const declared = [...(declaration ?? '').matchAll(/readonly (\w+)(\??):/g)];
      const expected = declared.map(([, name, mark]) => `\`${name}\`${mark}`).join(', ');
      expect(fields, type).to.equal(expected);
    }
  });
});

describe('the tables of error codes', () => {
  const tables = [
    { page: 'packages/paxos/README.md', source: 'packages/paxos/src/errors.ts', prefix: 'PAXOS' },
    {
      page: 'packages/kvserver/README.md',
      source: 'packages/kvserver/src/storage/disk-error.ts',
      prefix: 'DISK',
    },
    {
      page: 'packages/kvserver/README.md',
      source: 'packages/kvserver/src/state-machine/state-error.ts',
      prefix: 'STATE',
    },
  ];

  for (const { page, source, prefix } of tables) {
    it(`have every code of ${prefix} and no other`, async () => {
      const row = new RegExp(`^\\| \`(${prefix}_\\w+)\``, 'gm');
      const listed = [...(await readPage(page)).matchAll(row)].map(([, code]) => code);
      const union = new RegExp(`'(${prefix}_\\w+)'(?= *$|;| \\|)`, 'gm');
      const declared = [...(await readPage(source)).matchAll(union)].map(([, code]) => code);
      expect(declared).to.have.length.above(0);
      expect(new Set(listed)).to.deep.equal(new Set(declared));
    });
  }
});

describe('packages/cli/README.md', function () {
  // Each help text is the output of a process, on a machine that may be busy.
  this.timeout(60_000);

  async function helpOf(...words: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [paxkv, ...words, '--help']);
    return stdout;
  }

  it('lists every command and no other', async () => {
    const section = sectionOf(await readPage('packages/cli/README.md'), '## Commands');
    const listed = rowsOf(section).map(([cell = '']) => codeIn(cell)[0]?.split(' ')[1]);
    const [, commands = ''] = (await helpOf()).split('Commands:');
    const known = [...commands.matchAll(/^ {2}([a-z]+)[ |]/gm)].map(([, name]) => name);
    expect(listed).to.have.members(known.filter((name) => name !== undefined));
  });

  it('lists every alias and no other', async () => {
    const section = sectionOf(await readPage('packages/cli/README.md'), '## Commands');
    const listed = rowsOf(section).flatMap(([, alias = '']) => codeIn(alias));
    const known = [...(await helpOf()).matchAll(/^ {2}[a-z]+\|([a-z]+) /gm)];
    expect(listed).to.have.members(known.flatMap(([, alias]) => alias ?? []));
  });

  it('lists every setting of a client and no other', async () => {
    const section = sectionOf(await readPage('packages/cli/README.md'), '## Settings');
    const rows = rowsOf(section);
    const listed = rows.flatMap(([, , names = '']) => codeIn(names));
    const helps = await Promise.all(['put', 'status'].map((name) => helpOf(name)));
    const known = [...helps.join('').matchAll(/PAXKV_\w+/g)].map(([name]) => name);
    expect(new Set(listed)).to.deep.equal(new Set(known));
  });

  it('gives the exit codes as the help does', async () => {
    const section = sectionOf(await readPage('packages/cli/README.md'), '## Exit codes');
    const [, help = ''] = (await helpOf()).split('Exit codes:\n');
    const listed = rowsOf(section).map(
      ([code, meaning = '']) => `  ${code}  ${meaning.replaceAll('`', '')}\n`,
    );
    expect(listed.join('')).to.equal(help);
  });

  it('lists every error code of the command and no other', async () => {
    const section = sectionOf(await readPage('packages/cli/README.md'), '## Errors');
    const listed = rowsOf(section).flatMap(([code = '']) => codeIn(code));
    const source = await readPage('packages/cli/src/cli-error.ts');
    const declared = [...source.matchAll(/^ {2}((?:CLI|KV)_\w+): \{/gm)].map(([, code]) => code);
    expect(declared).to.have.length.above(5);
    expect(listed.filter((code) => !code.includes('…'))).to.have.members(declared);
  });

  it('gives the outcome and the exit code of each of them', async () => {
    const section = sectionOf(await readPage('packages/cli/README.md'), '## Errors');
    for (const [cell = '', outcome, exitCode] of rowsOf(section)) {
      const [code = ''] = codeIn(cell);
      if (code.includes('…')) continue;
      const error = new CliError(code as CliErrorCode, '');
      expect([outcome, exitCode], code).to.deep.equal([error.outcome, `${error.exitCode}`]);
    }
  });
});
