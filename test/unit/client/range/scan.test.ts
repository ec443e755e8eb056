import { KvClient } from '@paxkv/client';
import type { DoneReply, Request } from '@paxkv/protocol';
import { KvError, valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { NodeUnderTest } from './node-under-test.ts';

describe('Ranges of a client', () => {
  let node: NodeUnderTest;
  let client: KvClient;

  beforeEach(async () => {
    node = await NodeUnderTest.open();
    client = new KvClient({ server: node });
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1', 'ü']) await client.put(key, `value of ${key}`);
  });
  afterEach(() => client.close());

  async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
    const list: T[] = [];
    for await (const item of items) list.push(item);
    return list;
  }
  const keysOf = async (...parameters: Parameters<typeof client.scan>) =>
    (await all(client.scan(...parameters))).map(({ key }) => key);

  it('are read in the order of their keys, with values and revisions', async () => {
    const [first] = await all(client.scan({ prefix: 'a/' }));
    const versions = { createRevision: 1, modRevision: 1, version: 1 };
    expect(first).to.deep.equal({ key: 'a/1', value: 'value of a/1', ...versions });
    expect(await keysOf({})).to.deep.equal(['a/1', 'a/2', 'a/3', 'b/1', 'ü']);
    expect(await keysOf({ from: 'a/2', to: 'b/1' })).to.deep.equal(['a/2', 'a/3']);
    expect(await keysOf({ prefix: 'a/', from: 'a/2' })).to.deep.equal(['a/2', 'a/3']);
    expect(await keysOf({ from: 'b', to: 'a' })).to.deep.equal([]);
  });

  it('are read downwards, and up to a limit', async () => {
    expect(await keysOf({ prefix: 'a/' }, { reverse: true })).to.deep.equal(['a/3', 'a/2', 'a/1']);
    expect(await keysOf({}, { limit: 2, pageSize: 1 })).to.deep.equal(['a/1', 'a/2']);
    expect(await keysOf({}, { limit: 3, reverse: true })).to.deep.equal(['ü', 'b/1', 'a/3']);
  });

  it('are read page by page, each with the revision that it shows, and begin anew for each reader', async () => {
    const scan = client.scan({}, { pageSize: 2 });
    const pages = await all(scan.pages());
    expect(pages.map(({ entries, revision }) => [entries.length, revision])).to.deep.equal([
      [2, 5],
      [2, 5],
      [1, 5],
    ]);
    expect(await all(scan)).to.have.length(5);
    expect(await all(scan)).to.have.length(5);
  });

  it('are shown at one revision by all pages, whatever is written meanwhile', async () => {
    const seen: [string, string][] = [];
    for await (const { key, value } of client.scan({}, { pageSize: 1 })) {
      seen.push([key, value]);
      if (key !== 'a/1') continue;
      await client.put('a/2', 'later');
      await client.put('a/2', 'still later');
      await client.delete('a/3');
      await client.put('aa', 'new');
      expect(await client.count({}, { asOf: 5 })).to.equal(5);
      expect(await keysOf({ prefix: 'a/' }, { asOf: 5, reverse: true, limit: 2 })).to.deep.equal([
        ...['a/3', 'a/2'],
      ]);
    }
    const keys = ['a/1', 'a/2', 'a/3', 'b/1', 'ü'];
    expect(seen).to.deep.equal(keys.map((key) => [key, `value of ${key}`]));
    expect(await keysOf({})).to.deep.equal(['a/1', 'a/2', 'aa', 'b/1', 'ü']);
    expect(await keysOf({}, { asOf: 2 })).to.deep.equal(['a/1', 'a/2']);
    expect(await keysOf({}, { asOf: 0 })).to.deep.equal([]);
  });

  it('are shown by each page as they are, if they are not pinned', async () => {
    const seen: string[] = [];
    for await (const { key } of client.scan({}, { pageSize: 1, pinned: false })) {
      seen.push(key);
      if (key === 'a/1') await client.delete('a/2');
    }
    expect(seen).to.deep.equal(['a/1', 'a/3', 'b/1', 'ü']);
  });

  it('are not shown at another revision than the one that was asked for', async () => {
    node.change = (reply) => (reply.type === 'scan' ? { ...reply, revision: 6 } : reply);
    const failure = await all(client.scan({}, { asOf: 5 })).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'KV_FEATURE_OFF', outcome: 'not done' });
    for (const asOf of [-1, 0.5, Number.NaN]) {
      expect(() => client.scan({}, { asOf })).to.throw(TypeError);
    }
  });

  it('ask for a page only once the one before is read', async () => {
    const before = node.requests.length;
    for await (const { key } of client.scan({}, { pageSize: 2 })) if (key === 'a/2') break;
    expect(node.requests.length - before).to.equal(1);
  });

  it('are read without values', async () => {
    const versions = { createRevision: 4, modRevision: 4, version: 1 };
    expect(await all(client.keys({ prefix: 'b' }))).to.deep.equal([{ key: 'b/1', ...versions }]);
  });

  it('have pages of about a mebibyte, however many values are larger', async () => {
    for (const key of ['v1', 'v2', 'v3']) await client.put(key, 'x'.repeat(valueBytesMax));
    const pages = await all(client.scan({ prefix: 'v' }).pages());
    expect(pages.map(({ entries }) => entries.length)).to.deep.equal([1, 1, 1]);
    expect(await all(client.keys({ prefix: 'v' }).pages())).to.have.length(1);
  });

  it('are counted', async () => {
    expect(await client.count({})).to.equal(5);
    expect(await client.count({ prefix: 'a/' }, { consistency: 'serializable' })).to.equal(3);
    expect(await client.count({ prefix: 'c' })).to.equal(0);
  });

  it('are counted and deleted in several steps if they are large', async () => {
    const steps: DoneReply[] = [];
    node.change = (reply) => {
      steps.push(reply);
      return reply.type === 'count' && steps.length < 3
        ? { ...reply, count: 1, next: Buffer.from(`a/${steps.length + 1}`) }
        : reply;
    };
    expect(await client.count({})).to.equal(5);
    expect(node.requests.slice(-3).map(({ command }) => fromOf(command))).to.deep.equal([
      ...['', 'a/2', 'a/3'],
    ]);
  });

  it('are deleted, and nothing else', async () => {
    expect(await client.deleteRange({ prefix: 'a/' })).to.deep.equal({ revision: 6, deleted: 3 });
    expect(await keysOf({})).to.deep.equal(['b/1', 'ü']);
    expect(await client.deleteRange({ prefix: 'a/' })).to.deep.equal({ revision: 6, deleted: 0 });
  });

  it('that were deleted in part have an unknown outcome if a later step fails', async () => {
    let count = 0;
    node.before = ({ command }) => {
      if (command.type !== 'deleteRange') return;
      count += 1;
      if (count === 2) throw new KvError('KV_FORBIDDEN', 'No.');
    };
    node.change = (reply) =>
      reply.type === 'deleteRange' ? { ...reply, next: Buffer.from('a/4') } : reply;
    const error: unknown = await client.deleteRange({ prefix: 'a/' }).catch((thrown) => thrown);
    expect(error).to.include({ code: 'KV_FORBIDDEN', outcome: 'unknown' });
    expect(String(error)).to.include('3 keys');
    count = 1;
    const first: unknown = await client.deleteRange({}).catch((thrown) => thrown);
    expect(first).to.include({ code: 'KV_FORBIDDEN', outcome: 'not done' });
  });

  it('refuse misuse at the call', async () => {
    for (const options of [
      { limit: 0 },
      { limit: 1.5 },
      { pageSize: 1001 },
      { consistency: 'x' },
      { size: 1 },
    ]) {
      const misuse = options as unknown as Parameters<typeof client.scan>[1];
      expect(() => client.scan({}, misuse), JSON.stringify(options)).to.throw(TypeError);
    }
    expect(() => client.scan({ start: 'a' } as object)).to.throw(TypeError, 'unknown option');
    expect(() => client.scan({ prefix: 'x'.repeat(1025) })).to.throw(KvError, 'prefix');
    const failure: unknown = await client.count({ from: 'x'.repeat(1026) }).catch((e) => e);
    expect(failure).to.include({ code: 'KV_TOO_LARGE', outcome: 'not done' });
  });
});

function fromOf(command: Request['command']): string {
  return command.type === 'count' ? Buffer.from(command.from).toString() : command.type;
}
