import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CliError } from 'paxkv/internal/cli-error';
import { modeProblem, readSettingFile } from 'paxkv/internal/settings/setting-file';

describe('a file whose content is a setting', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-file-'));
    file = join(directory, 'file');
    await writeFile(file, 'the content', { mode: 0o600 });
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is read, also behind a link', async () => {
    expect(readSettingFile(file, true)).to.equal('the content');
    const link = join(directory, 'link');
    await symlink(file, link);
    expect(readSettingFile(link, true)).to.equal('the content');
  });

  it('is refused if it is private and others may use it, and not otherwise', async () => {
    for (const mode of [0o644, 0o604, 0o622, 0o666]) {
      await chmod(file, mode);
      expect(() => readSettingFile(file, true), mode.toString(8)).to.throw(
        CliError,
        'its mode is 0',
      );
      expect(readSettingFile(file, false)).to.equal('the content');
    }
  });

  it('is refused if it is absent, no file or too long', async () => {
    expect(() => readSettingFile(join(directory, 'none'), false)).to.throw(CliError, 'ENOENT');
    expect(() => readSettingFile(directory, false)).to.throw(CliError, 'it is no file');
    await writeFile(file, Buffer.alloc(70_000));
    expect(() => readSettingFile(file, false)).to.throw(CliError, 'it is over 65536 bytes');
  });
});

describe('modeProblem', () => {
  const me = 1000;

  it('leaves a private file to its owner alone', () => {
    expect(modeProblem({ mode: 0o100600, uid: me }, me)).to.equal(undefined);
    expect(modeProblem({ mode: 0o100400, uid: me }, me)).to.equal(undefined);
    for (const mode of [0o640, 0o604, 0o610, 0o620]) {
      expect(modeProblem({ mode, uid: me }, me), mode.toString(8)).to.contain('must be 0600');
    }
  });

  it('lets a group read a file of root, which is how secrets are mounted', () => {
    expect(modeProblem({ mode: 0o100640, uid: 0 }, me)).to.equal(undefined);
    for (const mode of [0o660, 0o644, 0o641]) {
      expect(modeProblem({ mode, uid: 0 }, me), mode.toString(8)).to.contain('0600 or 0640');
    }
  });

  it('refuses a file of another user', () => {
    expect(modeProblem({ mode: 0o600, uid: 1001 }, me)).to.equal(
      'it belongs to another user (1001)',
    );
  });

  it('asks for nothing where files have no modes', () => {
    expect(modeProblem({ mode: 0o666, uid: 0 }, undefined)).to.equal(undefined);
  });
});
