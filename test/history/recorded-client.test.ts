import { KvError } from '@paxkv/client';
import { expect } from 'chai';
import type { Operation } from './operation.ts';
import { toOperations } from './pairing.ts';
import { RecordedClient, type Store } from './recorded-client.ts';
import { Recorder } from './recorder.ts';

/** Answers each call with a value of the test. */
function storeWith(parts: Partial<Store>): Store {
  const unexpected = async () => {
    throw new Error('nobody expected this call');
  };
  return {
    getEntry: unexpected,
    put: unexpected,
    append: unexpected,
    delete: unexpected,
    increment: unexpected,
    ...parts,
  };
}

function failing(error: Error): Store {
  const fail = () => Promise.reject(error);
  return { getEntry: fail, put: fail, append: fail, delete: fail, increment: fail };
}

type Calls = (client: RecordedClient) => Promise<unknown>;

/** Runs `calls` and returns the history and their results. */
async function record(
  store: Store,
  calls: Calls,
): Promise<{ operations: Operation[]; result: unknown }> {
  let time = 0;
  const recorder = new Recorder({ now: () => time++ });
  const client = new RecordedClient(store, recorder.client());
  const result = await calls(client).catch((error: unknown) => error);
  return { operations: toOperations(recorder.events), result };
}

const writes: Readonly<Record<string, Calls>> = {
  put: (client) => client.put('k', 'v'),
  append: (client) => client.append('k', 'v'),
  delete: (client) => client.delete('k'),
  increment: (client) => client.increment('k', 2),
};

describe('RecordedClient', () => {
  it('records the value and the revision of a get', async () => {
    const store = storeWith({ getEntry: async () => ({ value: 'v', modRevision: 7 }) });
    const { operations, result } = await record(store, (client) => client.get('k'));
    expect(result).to.equal('v');
    expect(operations[0]?.fate).to.have.deep.property('answer', {
      name: 'get',
      value: 'v',
      revision: 7,
    });
  });

  it('records absence', async () => {
    const store = storeWith({ getEntry: async () => undefined });
    const { operations, result } = await record(store, (client) => client.get('k'));
    expect(result).to.equal(undefined);
    expect(operations[0]?.fate).to.have.deep.property('answer', { name: 'get', value: undefined });
  });

  it('records every field of the answers to writes', async () => {
    const store = storeWith({
      put: async () => ({ revision: 1 }),
      append: async () => ({ revision: 2, length: 3 }),
      delete: async () => ({ revision: 3, deleted: true }),
      increment: async () => ({ revision: 4, value: 7n }),
    });
    const { operations, result } = await record(store, async (client) => {
      await client.put('a', 'v');
      await client.append('b', 'w');
      const deleted = await client.delete('c');
      return [deleted, await client.increment('d', 2)];
    });
    expect(result).to.deep.equal([true, '7']);
    expect(operations.map(({ key, fate }) => ({ key, fate }))).to.deep.equal([
      { key: 'a', fate: { name: 'ok', position: 1, answer: { name: 'put', revision: 1 } } },
      {
        key: 'b',
        fate: { name: 'ok', position: 3, answer: { name: 'append', revision: 2, length: 3 } },
      },
      {
        key: 'c',
        fate: { name: 'ok', position: 5, answer: { name: 'delete', revision: 3, deleted: true } },
      },
      {
        key: 'd',
        fate: { name: 'ok', position: 7, answer: { name: 'increment', revision: 4, value: '7' } },
      },
    ]);
  });

  for (const [name, calls] of Object.entries(writes)) {
    it(`records as failed what was not done: ${name}`, async () => {
      const error = new KvError('KV_OVERLOADED', 'full');
      const { operations, result } = await record(failing(error), calls);
      expect(result).to.equal(error);
      expect(operations[0]).to.have.property('name', name);
      expect(operations[0]?.fate).to.include({ name: 'failed', code: 'KV_OVERLOADED' });
    });

    it(`leaves open what nobody knows of: ${name}`, async () => {
      const error = new KvError('KV_TIMEOUT', 'late');
      const { operations, result } = await record(failing(error), calls);
      expect(result).to.equal(error);
      expect(operations[0]?.fate).to.deep.equal({
        name: 'open',
        gaveUp: { position: 1, code: 'KV_TIMEOUT' },
      });
    });
  }

  it('uses the outcome of the error itself, not that of its code', async () => {
    const notDone = new KvError('KV_ABORTED', 'called off', { outcome: 'not done' });
    const { operations } = await record(failing(notDone), (client) => client.put('k', 'v'));
    expect(operations[0]?.fate).to.include({ name: 'failed' });
  });

  it('leaves a write open after an error without an outcome', async () => {
    const { operations } = await record(failing(new TypeError('?')), (client) =>
      client.put('k', 'v'),
    );
    expect(operations[0]?.fate).to.deep.equal({
      name: 'open',
      gaveUp: { position: 1, code: 'TypeError' },
    });
  });

  it('records a get without an answer as failed, whatever its outcome', async () => {
    const error = new KvError('KV_TIMEOUT', 'late');
    const { operations, result } = await record(failing(error), (client) => client.get('k'));
    expect(result).to.equal(error);
    expect(operations[0]?.fate).to.include({ name: 'failed', code: 'KV_TIMEOUT' });
  });
});
