import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StateDirectory } from '@paxkv/kvserver/internal/storage/state/state-directory';
import { expect } from 'chai';
import { compact } from '../leveldb/compact.ts';
import { bytesOf, refusalOf, Scratch } from '../scratch.ts';

const key = bytesOf('key');

describe('State directory', () => {
  const scratch = new Scratch();
  let path: string;

  beforeEach(async () => {
    path = await scratch.directory();
  });
  afterEach(() => scratch.clear());

  async function withOld(): Promise<StateDirectory> {
    const directory = await StateDirectory.open(path, { isNew: true });
    await directory.database.put(key, bytesOf('old'));
    return directory;
  }

  async function valueIn(directory: StateDirectory): Promise<string | undefined> {
    const value = await directory.database.get(key);
    return value === undefined ? undefined : Buffer.from(value).toString();
  }

  /** What the next opening finds. */
  async function reopened(): Promise<{ value: string | undefined; names: string[] }> {
    const directory = await StateDirectory.open(path, { isNew: false });
    const value = await valueIn(directory);
    await directory.close();
    return { value, names: await readdir(path) };
  }

  it('replaces its state by another one, and keeps nothing else', async () => {
    const directory = await withOld();
    const replaced = await directory.replace(async (incoming) => {
      expect(await incoming.get(key)).to.equal(undefined);
      await incoming.put(key, bytesOf('new'));
    });
    expect(replaced).to.equal(directory.database);
    expect(await valueIn(directory)).to.equal('new');
    await directory.close();
    expect(await reopened()).to.deep.equal({ value: 'new', names: ['state'] });
  });

  it('records that a state is gone before it creates an empty one', async () => {
    await (await withOld()).close();
    await rm(join(path, 'state'), { recursive: true });
    let lossCount = 0;
    const onLost = () => {
      lossCount += 1;
      return lossCount === 1 ? Promise.reject(new Error('the disk is full')) : Promise.resolve();
    };
    const outcome = await StateDirectory.open(path, { isNew: false, onLost }).catch(String);
    expect(outcome).to.equal('Error: the disk is full');
    expect(await readdir(path)).to.deep.equal([]);
    for (let count = 0; count < 2; count += 1)
      await (await StateDirectory.open(path, { isNew: false, onLost })).close();
    expect(lossCount).to.equal(2);
  });

  it('reads few of its tables when it is opened, however many rows of data it has', async () => {
    const directory = await withOld();
    for (let count = 0; count < 32; count += 1) {
      await directory.database.put(bytesOf(`d${count % 10} ${count}`), randomBytes(500_000));
    }
    await compact(directory.database, bytesOf('a'), bytesOf('z'));
    await directory.database.put(bytesOf('m'), bytesOf('position'));
    await directory.close();
    for (let start = 0; start < 2; start += 1) {
      const again = await StateDirectory.open(path, { isNew: false });
      const tables = (await readdir(join(path, 'state'))).filter((name) => name.endsWith('.ldb'));
      expect(tables.length).to.be.above(6);
      expect(again.tables.unreadCount).to.be.at.least(tables.length - 3);
      await again.close();
    }
  });

  it('has verified every table of a state that replaced another', async () => {
    const directory = await withOld();
    await directory.replace(async (incoming) => {
      for (let count = 0; count < 6; count += 1) {
        await incoming.put(bytesOf(`d${count}`), randomBytes(1_000_000));
      }
    });
    expect((await readdir(join(path, 'state'))).filter((name) => name.endsWith('.ldb'))).not.to.be
      .empty;
    expect(directory.tables.unreadCount).to.equal(0);
    expect(await readdir(join(path, 'state'))).not.to.include('unread');
    await directory.close();
  });

  it('stays unchanged if the other state does not arrive', async () => {
    const directory = await withOld();
    const error = new Error('cut off');
    const outcome = await directory
      .replace(async (incoming) => {
        await incoming.put(key, bytesOf('half'));
        throw error;
      })
      .catch((thrown: unknown) => thrown);
    expect(outcome).to.equal(error);
    expect(await valueIn(directory)).to.equal('old');
    await directory.replace((incoming) => incoming.put(key, bytesOf('new')));
    expect(await valueIn(directory)).to.equal('new');
    await directory.close();
  });

  it('deletes a state that was still arriving when the power failed', async () => {
    await (await withOld()).close();
    await cp(join(path, 'state'), join(path, 'state.incoming'), { recursive: true });
    expect(await reopened()).to.deep.equal({ value: 'old', names: ['state'] });
  });

  it('continues with the new state once the old one had been moved away', async () => {
    const directory = await withOld();
    await directory.replace((incoming) => incoming.put(key, bytesOf('new')));
    await directory.close();
    await rename(join(path, 'state'), join(path, 'state.incoming'));
    await mkdir(join(path, 'state.outgoing'));
    expect(await reopened()).to.deep.equal({ value: 'new', names: ['state'] });
  });

  it('returns to the old state if no new one is left', async () => {
    await (await withOld()).close();
    await rename(join(path, 'state'), join(path, 'state.outgoing'));
    expect(await reopened()).to.deep.equal({ value: 'old', names: ['state'] });
  });

  it('deletes an old state that was left over', async () => {
    await (await withOld()).close();
    await cp(join(path, 'state'), join(path, 'state.outgoing'), { recursive: true });
    expect(await reopened()).to.deep.equal({ value: 'old', names: ['state'] });
  });

  it('is empty if there is none, and refused if it is not complete', async () => {
    await (await withOld()).close();
    await rm(join(path, 'state', 'CURRENT'));
    const refusal = await refusalOf(StateDirectory.open(path, { isNew: false }));
    expect(refusal.code).to.equal('DISK_STATE_DAMAGED');
    await rm(join(path, 'state'), { recursive: true });
    expect(await reopened()).to.deep.equal({ value: undefined, names: ['state'] });
  });
});
