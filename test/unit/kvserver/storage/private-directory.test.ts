import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPrivately, makePrivate } from '@paxkv/kvserver/internal/storage/private-directory';
import { expect } from 'chai';
import { refusalOf, Scratch } from './scratch.ts';

const isRoot = process.getuid?.() === 0;

describe('A private directory', () => {
  const scratch = new Scratch();
  let path: string;

  beforeEach(async () => {
    path = join(await scratch.directory(), 'data');
    await mkdir(join(path, 'inner'), { recursive: true });
    await writeFile(join(path, 'inner', 'file'), 'content');
  });
  afterEach(() => scratch.clear());

  async function modeOf(...names: string[]): Promise<number> {
    return (await stat(join(path, ...names))).mode & 0o777;
  }

  it('is narrowed to its user with all that is in it', async () => {
    await chmod(path, 0o777);
    await chmod(join(path, 'inner'), 0o755);
    await chmod(join(path, 'inner', 'file'), 0o666);
    await makePrivate(path);
    const modes = [await modeOf(), await modeOf('inner'), await modeOf('inner', 'file')];
    expect(modes).to.deep.equal([0o700, 0o700, 0o600]);
  });

  it('may be reached by a symbolic link, but holds none', async () => {
    const link = `${path}-link`;
    await symlink(path, link);
    await makePrivate(link);
    await symlink('/etc', join(path, 'inner', 'out'));
    const { code, message } = await refusalOf(makePrivate(link));
    expect(code).to.equal('DISK_UNUSABLE');
    expect(message).to.match(/inner\/out is a symbolic link/);
  });

  it('holds nothing but files and folders', async () => {
    execFileSync('mkfifo', [join(path, 'pipe')]);
    const { code, message } = await refusalOf(makePrivate(path));
    expect(code).to.equal('DISK_UNUSABLE');
    expect(message).to.match(/neither a file nor a folder/);
  });

  it('is refused with the command to run if it belongs to another user', async function () {
    if (!isRoot) this.skip();
    await chmod(path, 0o770);
    await chown(path, 4242, 4242);
    const script = `
      const { makePrivate } = await import(${JSON.stringify(import.meta.resolve('@paxkv/kvserver/internal/storage/private-directory'))});
      process.setegid(4242); process.setgroups([4242]); process.seteuid(4243);
      process.getuid = process.geteuid;
      await makePrivate(${JSON.stringify(path)}).catch(({ code, message }) => console.log(code, message));
    `;
    await chmod(join(path, '..'), 0o755);
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(said).to.match(/^DISK_UNUSABLE .*mode 0770.*chmod go-rwx/);
  });

  it('gets only private files from this process', async () => {
    const before = process.umask(0);
    try {
      createPrivately();
      await writeFile(join(path, 'new'), 'content', { mode: 0o666 });
      expect(await modeOf('new')).to.equal(0o600);
    } finally {
      process.umask(before);
    }
  });
});
