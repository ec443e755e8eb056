import { chmod, lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PartialFile, partialOf } from 'paxkv/internal/backup/partial-file';
import { CliError } from 'paxkv/internal/cli-error';

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof CliError ? error.code : error;
}

describe('PartialFile', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-partial-'));
    path = join(folder, 'backup');
  });

  afterEach(() => rm(folder, { recursive: true }));

  const create = (mayReplace = false) => PartialFile.create(path, { mayReplace });

  it('has its name only once it is complete, and is for its owner alone', async () => {
    const umask = process.umask(0);
    try {
      const file = await create();
      await file.write(Buffer.from('ab'));
      await file.write(Buffer.from('c'));
      expect(await readdir(folder)).to.deep.equal(['backup.partial']);
      await file.complete();
    } finally {
      process.umask(umask);
    }
    expect(await readdir(folder)).to.deep.equal(['backup']);
    expect(await readFile(path, 'utf8')).to.equal('abc');
    expect((await lstat(path)).mode & 0o777).to.equal(0o600);
  });

  it('leaves nothing if it is discarded, and what was there before', async () => {
    await writeFile(path, 'before');
    const file = await create(true);
    await file.write(Buffer.from('abc'));
    await file.discard();
    expect(await readdir(folder)).to.deep.equal(['backup']);
    expect(await readFile(path, 'utf8')).to.equal('before');
  });

  it('can begin anew', async () => {
    const file = await create();
    await file.write(Buffer.from('longer'));
    await file.restart();
    await file.write(Buffer.from('abc'));
    await file.complete();
    expect(await readFile(path, 'utf8')).to.equal('abc');
  });

  it('replaces a file only if it may', async () => {
    await writeFile(path, 'before');
    expect(await codeOf(create())).to.equal('CLI_USAGE');
    const file = await create(true);
    await file.write(Buffer.from('abc'));
    await file.complete();
    expect(await readFile(path, 'utf8')).to.equal('abc');
  });

  it('follows no link in the place of the partial file', async () => {
    const other = join(folder, 'other');
    await writeFile(other, 'precious');
    await symlink(other, partialOf(path));
    const file = await create();
    await file.write(Buffer.from('abc'));
    await file.complete();
    expect(await readFile(other, 'utf8')).to.equal('precious');
  });

  it('never takes the partial file of another backup for its own', async () => {
    const first = await create();
    const second = await create();
    await second.write(Buffer.from('second'));
    expect(await codeOf(first.complete())).to.equal('CLI_FILE');
    await first.discard();
    await second.complete();
    expect(await readFile(path, 'utf8')).to.equal('second');
  });

  it('says that a folder cannot be written', async () => {
    path = join(folder, 'absent', 'backup');
    expect(await codeOf(create())).to.equal('CLI_FILE');
    await chmod(folder, 0o700);
  });
});
