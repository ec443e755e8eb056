import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Identity, quarantine } from '@paxkv/kvserver/internal/storage/index';
import { expect } from 'chai';
import { Scratch } from './scratch.ts';

const node = { clusterId: 'tests', nodeId: 1, nodeCount: 3 };

describe('Quarantine', () => {
  const scratch = new Scratch();
  let path: string;
  let file: string;

  /** A node that has voted, at write 9. */
  beforeEach(async () => {
    path = await scratch.directory();
    file = join(path, 'identity.json');
    const identity = await Identity.create(file, node);
    await identity.markBoot(9);
    for (const folder of ['journal', 'state', 'log-window']) await mkdir(join(path, folder));
  });
  afterEach(() => scratch.clear());

  it('takes the state alone, of which the identity says nothing', async () => {
    const kept = await quarantine({ path, ...node }, 'state');
    expect(kept).to.deep.equal([{ keptAs: 'state.damaged-1', deleted: [] }]);
    expect(await readdir(path)).to.have.members([
      ...['identity.json', 'journal', 'log-window', 'state.damaged-1'],
    ]);
    expect(await Identity.read(file, node)).to.include({ hasVoted: true, writeIndexReached: 9 });
  });

  it('takes the journal, and records that what it held is lost', async () => {
    const kept = await quarantine({ path, ...node }, 'journal');
    expect(kept).to.deep.equal([{ keptAs: 'journal.damaged-1', deleted: [] }]);
    expect(await readdir(path)).to.have.members([
      ...['identity.json', 'journal.damaged-1', 'log-window', 'state'],
    ]);
    expect(await Identity.read(file, node)).to.include({
      ...{ hasVoted: true, writeIndexReached: 0, bootCount: 1 },
    });
  });

  it('records a lost journal also if it was taken before, and says that none was there', async () => {
    await quarantine({ path, ...node }, 'journal');
    const again = await quarantine({ path, ...node }, 'journal');
    expect(again).to.deep.equal([{ keptAs: undefined, deleted: [] }]);
    expect(await Identity.read(file, node)).to.include({ hasVoted: true, writeIndexReached: 0 });
  });

  it('takes everything with a damaged identity, and makes one that has voted', async () => {
    await writeFile(file, 'damaged');
    const kept = await quarantine({ path, ...node }, 'identity');
    expect(kept.map(({ keptAs }) => keptAs)).to.deep.equal([
      ...['journal.damaged-1', 'state.damaged-1', 'identity.json.damaged-1'],
    ]);
    expect(await Identity.read(file, node)).to.include({
      ...{ hasVoted: true, writeIndexReached: 0, bootCount: 0 },
    });
  });

  it('records nothing in the identity of another node', async () => {
    const other = { ...node, nodeId: 2 };
    const error = await quarantine({ path, ...other }, 'journal').catch(String);
    expect(error).to.include('belongs to node 1, not 2');
    expect(await Identity.read(file, node)).to.include({ writeIndexReached: 9 });
  });
});
