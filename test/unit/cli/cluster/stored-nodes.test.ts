import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectWhole, storedNodes } from 'paxkv/internal/cluster/stored-nodes';

describe('storedNodes', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-stored-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('counts directories that have an identity, and nothing else', async () => {
    for (const name of ['node-10', 'node-2', 'other', 'node-x']) {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, 'identity.json'), '{}');
    }
    await mkdir(join(directory, 'node-3'));
    await writeFile(join(directory, 'node-4.log'), '');
    expect(storedNodes(directory)).to.deep.equal([2, 10]);
  });

  it('finds none in a directory that does not exist', () => {
    expect(storedNodes(join(directory, 'absent'))).to.deep.equal([]);
  });
});

describe('expectWhole', () => {
  it('takes every node from 0, and takes none for a new cluster', () => {
    expectWhole('d', [0, 1, 2], 3);
    expectWhole('d', [], 3);
  });

  for (const [stored, nodeCount] of [
    [[0, 1, 2], 5],
    [[0, 1, 2, 3, 4], 3],
  ] as const) {
    it(`refuses to start ${nodeCount} nodes on the data of ${stored.length}`, () => {
      expect(() => expectWhole('d', stored, nodeCount))
        .to.throw(`d holds a cluster of ${stored.length}, not ${nodeCount}`)
        .with.property('exitCode', 3);
    });
  }

  it('refuses to let a node begin anew beside the others', () => {
    expect(() => expectWhole('d', [0, 2], 3))
      .to.throw('d lacks node-1, and that node may have voted')
      .with.property('exitCode', 3);
  });
});
