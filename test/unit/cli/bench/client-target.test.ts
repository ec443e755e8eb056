import { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { ClientTarget, type LoadClient } from 'paxkv/internal/bench/client-target';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';

describe('the target of a benchmark', () => {
  it('spreads lanes over its clients, and closes them all', async () => {
    const server = await ServerUnderTest.open();
    try {
      const clients = [1, 2].map(() => new KvClient({ endpoints: server.url, encoding: 'buffer' }));
      const target = new ClientTarget(clients);
      expect(target.ofLane(0)).to.equal(target.ofLane(2));
      expect(target.ofLane(0)).not.to.equal(target.ofLane(1));
      expect(await target.ofLane(0).get('k')).to.equal(false);
      await target.ofLane(1).put('k', Buffer.from('v'));
      expect(await target.ofLane(0).get('k')).to.equal(true);
      await target.close();
      for (const client of clients) {
        const code = await client.get('k').catch((error) => error.code);
        expect(code).to.equal('KV_CLOSED');
      }
    } finally {
      await server.close();
    }
  });

  it('reads with the consistency it is told, and linearizably unless told', async () => {
    const asked: unknown[] = [];
    const client: LoadClient = {
      get: async (_, options) => void asked.push(options?.consistency),
      put: async () => ({ revision: 1 }),
      close: async () => undefined,
    };
    await new ClientTarget([client], 'serializable').ofLane(0).get('k');
    await new ClientTarget([client]).ofLane(0).get('k');
    expect(asked).to.deep.equal(['serializable', 'linearizable']);
  });
});
