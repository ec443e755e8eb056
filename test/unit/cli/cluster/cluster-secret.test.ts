import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretProblem } from '@paxkv/kvserver/internal/config/cluster-secret';
import { expect } from 'chai';
import { makeSecretFile, newSecret } from 'paxkv/internal/cluster/cluster-secret';

describe('the secret of a local cluster', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-secret-'));
    file = join(directory, 'cluster-secret');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is random, and one that the server takes', () => {
    const secrets = Array.from({ length: 50 }, newSecret);
    expect(new Set(secrets).size).to.equal(50);
    for (const secret of secrets) expect(secretProblem(secret)).to.equal(undefined);
  });

  it('is made in a file that only its owner may read, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      makeSecretFile(file);
    } finally {
      process.umask(before);
    }
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect(secretProblem(await readFile(file, 'utf8'))).to.equal(undefined);
  });

  it('stays as it is if there is one', async () => {
    await writeFile(file, 'the one of before');
    makeSecretFile(file);
    expect(await readFile(file, 'utf8')).to.equal('the one of before');
  });

  it('cannot be made where there is no directory', () => {
    expect(() => makeSecretFile(join(directory, 'none', 'cluster-secret'))).to.throw('ENOENT');
  });
});
