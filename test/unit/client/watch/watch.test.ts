import { KvClient, type WatchEvent, type WatchOptions } from '@paxkv/client';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';
import { NodeUnderTest } from '../range/node-under-test.ts';

const putOf = (key: string, value: string) => ({ type: 'put', key, value }) as const;

describe('A watch', () => {
  let node: NodeUnderTest;
  let client: KvClient;

  beforeEach(async () => {
    node = await NodeUnderTest.open();
    client = new KvClient({ server: node });
  });
  afterEach(() => client.close());

  const shown = (event: WatchEvent<string>): string => {
    if (event.type === 'progress') return `progress ${event.revision}`;
    const { type, key, modRevision } = event;
    return `${type} ${key}${event.type === 'delete' ? '' : `=${event.value}`}@${modRevision}`;
  };

  /** The events up to the progress mark at `revision`. */
  async function until(
    revision: number,
    watched: Parameters<KvClient['watch']>[0],
    options?: WatchOptions,
  ): Promise<string[]> {
    const events: string[] = [];
    for await (const event of client.watch(watched, options)) {
      events.push(shown(event));
      if (event.type === 'progress' && event.revision >= revision) break;
    }
    return events;
  }

  it('hands out the changes of a range after a revision, in order', async () => {
    await client.put('a/1', 'x');
    await client.put('b', 'y');
    await client.transact({
      then: [putOf('a/1', 'z'), putOf('a/2', 'w')],
    });
    await client.deleteRange({ prefix: 'a/' });
    expect(await until(4, { prefix: 'a/' }, { after: 0 })).to.deep.equal([
      'progress 0',
      ...['put a/1=x@1', 'put a/1=z@3', 'put a/2=w@3'],
      ...['delete a/1@4', 'delete a/2@4', 'progress 4'],
    ]);
    expect(await until(4, { key: 'a/1' }, { after: 1 })).to.deep.equal([
      ...['progress 1', 'put a/1=z@3', 'delete a/1@4', 'progress 4'],
    ]);
  });

  it('is of the keys of a namespace, without its prefix', async () => {
    const space = client.namespace('a/');
    await client.put('b', 'x');
    await space.put('b', 'y');
    for (const watched of [{ key: 'b' }, { prefix: 'b' }, {}]) {
      const events: string[] = [];
      for await (const event of space.watch(watched, { after: 0 })) {
        events.push(shown(event));
        if (events.length === 3) break;
      }
      expect(events).to.deep.equal(['progress 0', 'put b=y@2', 'progress 2']);
    }
  });

  it('begins now by default, and sees every write after its first progress mark', async () => {
    await client.put('k', 'before');
    const events: string[] = [];
    for await (const event of client.watch({ key: 'k' })) {
      events.push(shown(event));
      if (events.length === 1) await client.put('k', 'after');
      if (events.length === 3) break;
    }
    expect(events).to.deep.equal(['progress 1', 'put k=after@2', 'progress 2']);
  });

  it('has all changes of a revision in one batch', async () => {
    const then = Array.from({ length: 100 }, (_, index) => {
      return putOf(`k${index}`, 'v'.repeat(9000));
    });
    await client.transact({ then });
    await client.transact({ then });
    const sizes: number[] = [];
    for await (const { changes, revision } of client.watch({}, { after: 0 }).batches()) {
      sizes.push(changes.length);
      expect(new Set(changes.map(({ modRevision }) => modRevision)).size).to.be.at.most(2);
      if (revision === 2) break;
    }
    expect(sizes.every((size) => size % 100 === 0)).to.equal(true);
    expect(sizes.reduce((sum, size) => sum + size)).to.equal(200);
  });

  it('begins with the present entries, and never shows again what they have shown', async () => {
    for (let key = 1000; key < 2500; key += 100) {
      const keys = Array.from({ length: 100 }, (_, index) => `k${key + index}`);
      await client.transact({ then: keys.map((each) => putOf(each, '0')) });
    }
    await client.put('k1001', '1');
    let pageCount = 0;
    node.change = (reply) => {
      if (reply.type === 'scan') pageCount += 1;
      return reply;
    };
    let isChanged = false;
    node.before = ({ command }) => {
      if (command.type !== 'scan' || pageCount !== 1 || isChanged) return;
      isChanged = true;
      // Between the pages: the first page shows neither, and the second both.
      void client.transact({
        then: [putOf('k1002', '2'), putOf('k2400', '2')],
      });
      void client.delete('k1003');
    };
    const state = new Map<string, string>();
    const seen: string[] = [];
    for await (const event of client.watch({ prefix: 'k' }, { initial: true })) {
      if (event.type === 'progress') {
        if (event.revision >= 18) break;
        continue;
      }
      if (event.type !== 'initial') seen.push(shown(event));
      if (event.type === 'delete') state.delete(event.key);
      else state.set(event.key, event.value);
    }
    expect(pageCount).to.equal(2);
    const present = new Map<string, string>();
    for await (const { key, value } of client.scan({ prefix: 'k' })) present.set(key, value);
    expect(new Map([...state].sort())).to.deep.equal(present);
    expect(new Set(seen).size).to.equal(seen.length);
    expect(seen).to.include.members(['put k1002=2@17', 'delete k1003@18']);
  });

  it('gives no progress mark before all present entries are handed out', async () => {
    await client.put('a', '1');
    const types: string[] = [];
    for await (const { type } of client.watch({}, { initial: true })) {
      types.push(type);
      if (type === 'progress') break;
    }
    expect(types).to.deep.equal(['initial', 'progress']);
  });

  it('ends without an error when its signal fires, and continues with another one', async () => {
    const controller = new AbortController();
    let last = 0;
    setTimeout(() => controller.abort(), 20);
    for await (const event of client.watch({}, { signal: controller.signal })) {
      if (event.type === 'progress') last = event.revision;
    }
    await client.put('a', '1');
    expect(await until(1, {}, { after: last })).to.include('put a=1@1');
  });

  it('stays open however little time its calls have, as long as servers answer', async () => {
    let count = 0;
    for await (const { type } of client.watch({}, { timeoutMs: 600 })) {
      expect(type).to.equal('progress');
      count += 1;
      if (count === 4) break;
    }
  });

  it('refuses misuse when it is called', () => {
    expect(() => client.watch({}, { after: -1 })).to.throw(TypeError, 'after');
    expect(() => client.watch({}, { after: 1, initial: true })).to.throw(TypeError, 'not both');
    expect(() => client.watch({ key: 'a', prefix: 'b' } as { key: string })).to.throw(TypeError);
    expect(() => client.watch({ key: '' })).to.throw(KvError);
  });

  it('reflects the state after every batch, whatever is written', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    let seed = 7;
    const draw = (count: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % count;
    };
    const key = () => keys[draw(keys.length)] ?? 'a';
    const write = async (number: number): Promise<unknown> => {
      const value = `${number}`;
      switch (draw(5)) {
        case 0:
          return client.put(key(), value);
        case 1:
          return client.append(key(), value);
        case 2:
          return client.delete(key());
        case 3:
          return client.transact({ then: [putOf(key(), value), { type: 'delete', key: key() }] });
        default:
          return client.deleteRange({ from: key(), to: key() });
      }
    };
    const states = [new Map<string, string>()];
    let revision = 0;
    for (let number = 0; number < 300; number += 1) {
      await write(number);
      const state = new Map<string, string>();
      for await (const page of client.scan({}).pages()) {
        revision = page.revision;
        for (const { key: name, value } of page.entries) state.set(name, value);
      }
      states[revision] = state;
    }
    const state = new Map<string, string>();
    let at = 0;
    let count = 0;
    for await (const event of client.watch({}, { after: 0 })) {
      if (event.type === 'progress') {
        if (event.revision >= revision) break;
        continue;
      }
      if (event.modRevision !== at) {
        // A transaction that puts and deletes an absent key has a revision and no change.
        expect(state).to.deep.equal(states[event.modRevision - 1]);
        expect(event.modRevision).to.be.above(at);
        at = event.modRevision;
      }
      if (event.type === 'delete') expect(state.delete(event.key)).to.equal(true);
      else state.set(event.key, event.value);
      count += 1;
    }
    expect(state).to.deep.equal(states[revision]);
    expect(count).to.be.above(200);
  });
});
