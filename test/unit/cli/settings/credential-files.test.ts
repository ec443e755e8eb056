import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { credentialFiles } from 'paxkv/internal/settings/credential-files';
import { list, text } from 'paxkv/internal/settings/kinds';
import { clusterSecret, writeClusterSecret } from '../../../process/cluster-secret.ts';

const table = {
  peers: { kind: list('names'), help: '', placeholder: 'names', server: 'addresses' },
  secretFile: {
    ...{ kind: text('path'), help: '', placeholder: 'file' },
    contentOf: { server: 'clusterSecret', isPrivate: true },
  },
  keyFile: {
    ...{ kind: text('path'), help: '', placeholder: 'file' },
    contentOf: { server: 'peerTls.key' },
  },
} as const;

describe('credentialFiles', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-credentials-'));
    file = join(directory, 'secret');
    await writeClusterSecret(file);
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('reads only what comes from files, each time anew', () => {
    const values = { peers: ['a:1'], secretFile: file, keyFile: file };
    const files = credentialFiles({ table, values });
    expect(files?.paths).to.deep.equal([file, file]);
    const content = `${clusterSecret}\n`;
    expect(files?.read()).to.deep.equal({ clusterSecret: content, peerTls: { key: content } });
  });

  it('is absent without files', () => {
    const values = { peers: ['a:1'], secretFile: undefined, keyFile: undefined };
    expect(credentialFiles({ table, values })).to.equal(undefined);
  });
});
