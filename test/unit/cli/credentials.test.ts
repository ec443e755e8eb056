import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readCredentials } from 'paxkv/internal/credentials';

describe('The credentials of a command', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-credentials-'));
    await writeFile(join(directory, 'token'), ' of-a-file\n');
    await writeFile(join(directory, 'ca.pem'), 'PEM');
  });
  after(() => rm(directory, { recursive: true }));

  it('come from the environment or files; a file wins', () => {
    const environment = { PAXKV_TOKEN: 'of-the-environment' };
    expect(readCredentials({}, {})).to.deep.equal({});
    expect(readCredentials({}, { PAXKV_TOKEN: '' })).to.deep.equal({});
    expect(readCredentials({}, environment)).to.deep.equal({ token: 'of-the-environment' });
    const tokenFile = join(directory, 'token');
    expect(readCredentials({ tokenFile }, environment)).to.deep.equal({ token: 'of-a-file' });
    const caFile = join(directory, 'ca.pem');
    expect(readCredentials({ caFile }, {})).to.deep.equal({ tls: { ca: 'PEM' } });
    expect(() => readCredentials({ keyFile: join(directory, 'none') }, {})).to.throw(
      /^--key-file: /,
    );
  });
});
