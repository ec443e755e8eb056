import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataDirectory } from '@paxkv/kvserver/internal/storage/index';
import { expect } from 'chai';
import { expectComplete, storedNodes } from 'paxkv/internal/cluster/stored-data';

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
    expect(storedNodes(directory)).to.deep.equal({ nodes: [2, 10], nodeCount: undefined });
  });

  it('asks the nodes how many they are', async () => {
    const data = await openDataDirectory({
      path: join(directory, 'node-1'),
      clusterId: 'test',
      nodeId: 1,
      nodeCount: 3,
    });
    await data.close();
    expect(storedNodes(directory)).to.deep.equal({ nodes: [1], nodeCount: 3 });
  });

  it('finds none in a directory that does not exist', () => {
    expect(storedNodes(join(directory, 'absent')).nodes).to.deep.equal([]);
  });
});

describe('expectComplete', () => {
  it('takes every node of a cluster, and takes none for a new one', () => {
    expectComplete('d', { nodes: [0, 1, 2], nodeCount: 3 }, 3);
    expectComplete('d', { nodes: [0, 1, 2], nodeCount: undefined }, 3);
    expectComplete('d', { nodes: [], nodeCount: undefined }, 3);
  });

  for (const [nodes, nodeCount] of [
    [[0, 1, 2], 5],
    [[0, 1, 2, 3, 4], 3],
  ] as const) {
    it(`refuses to start ${nodeCount} nodes on the data of ${nodes.length}`, () => {
      expect(() => expectComplete('d', { nodes, nodeCount: nodes.length }, nodeCount))
        .to.throw(`d holds a cluster of ${nodes.length}, not ${nodeCount}`)
        .with.property('exitCode', 3);
    });
  }

  for (const [nodes, missing] of [
    [[0, 2], 1],
    [[0, 1], 2],
  ] as const) {
    it(`refuses to let node ${missing} begin anew beside the others`, () => {
      expect(() => expectComplete('d', { nodes, nodeCount: 3 }, 3))
        .to.throw(`d lacks node-${missing}, and that node may have voted`)
        .with.property('exitCode', 3);
    });
  }
});
