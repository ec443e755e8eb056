import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConsoleFiles } from '@paxkv/kvserver/internal/api/console/console-files';
import { expect } from 'chai';

describe('the files of the console', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-console-'));
    await write({ 'index.html': '<p>', 'page.js': 'let a', 'page.css': 'p {}' });
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function write(files: Record<string, string>): Promise<void> {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  }

  it('have a path, a type and their bytes', () => {
    const files = readConsoleFiles(folder);
    expect(files.map(({ path, body }) => [path, body.toString()])).to.deep.equal([
      ['/console', '<p>'],
      ['/console/page.js', 'let a'],
      ['/console/page.css', 'p {}'],
    ]);
    expect(files.map(({ contentType }) => contentType.split(';')[0])).to.deep.equal([
      'text/html',
      'text/javascript',
      'text/css',
    ]);
  });

  it('have a tag that changes with the content alone', async () => {
    const before = readConsoleFiles(folder).map(({ etag }) => etag);
    await write({ 'page.js': 'let b' });
    const after = readConsoleFiles(folder).map(({ etag }) => etag);
    expect(after[0]).to.equal(before[0]);
    expect(after[1]).to.not.equal(before[1]);
    for (const etag of after) expect(etag).to.match(/^"[\w-]{27}"$/);
  });

  it('are none if the page was not built, or not all of it', async () => {
    expect(readConsoleFiles(join(folder, 'nowhere'))).to.deep.equal([]);
    await rm(join(folder, 'page.css'));
    expect(readConsoleFiles(folder)).to.deep.equal([]);
  });

  it('are in the package, and name nothing that the page may not load', () => {
    const [html, script, style] = readConsoleFiles().map(({ body }) => body.toString());
    expect(html)
      .to.match(/src="\.\/console\/page\.js"/)
      .and.match(/href="\.\/console\/page\.css"/);
    expect(html).to.not.match(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/);
    const hosts = [...`${html}${script}${style}`.matchAll(/https?:\/\/([\w.-]+)/g)];
    expect(hosts.map(([, host]) => host).filter((host) => host !== 'www.w3.org')).to.be.empty;
  });
});
