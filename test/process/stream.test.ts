/** The stream of real servers, used directly. */
import { expect } from 'chai';
import { StreamClient } from '../unit/kvserver/api/stream/stream-under-test.ts';
import { clusterPerTest } from './cluster-per-test.ts';

describe('the streams of three processes', () => {
  const each = clusterPerTest();

  async function connect(node: number): Promise<StreamClient> {
    const client = new StreamClient(Number(each.cluster.addresses[node]?.split(':')[1]));
    await client.hello();
    return client;
  }

  it('carry a thousand requests at once, and apply a retried one once after a kill', async () => {
    const key = Buffer.from('k');
    const first = await connect(0);
    first.ask([1, [[4, 'me']]]);
    const [, session] = await first.reply(1);
    const append = (number: number): unknown => [[2, key, Buffer.from('x')], session, number, 1];
    const numbers = Array.from({ length: 1000 }, (_, index) => index + 1);
    first.ask(...numbers.map((number): [number, unknown] => [1 + number, append(number)]));
    await first.until(() => first.replies.size === 1 + numbers.length);
    await each.cluster.kill(0);
    await first.closed();

    const second = await connect(1);
    second.ask([7, append(1000)], [8, [[0, key]]]);
    expect(await second.reply(7)).to.deep.equal(first.replies.get(1001));
    const [, , , version, value] = await second.reply(8);
    expect([version, String(value)]).to.deep.equal([1000, 'x'.repeat(1000)]);
    await second.close();
  }).timeout(20_000);
});
