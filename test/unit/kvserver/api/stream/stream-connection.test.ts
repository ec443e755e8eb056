import { once } from 'node:events';
import type { RequestTiming } from '@paxkv/kvserver/internal/replica/request-timing';
import { KvError, type Reply } from '@paxkv/protocol';
import { expect } from 'chai';
import { slowly } from '../slowly.ts';
import { encodePairs, StreamUnderTest } from './stream-under-test.ts';

const key = Buffer.from('k');
const value = Buffer.from('v');

describe('StreamConnection', () => {
  let stream: StreamUnderTest;

  beforeEach(async () => {
    stream = await StreamUnderTest.open();
  });
  afterEach(() => stream.close());

  const replies: readonly [command: unknown[], Reply, row: unknown[]][] = [
    [[0, key], { type: 'get', entry: undefined }, [0]],
    [
      [0, key],
      { type: 'get', entry: { value, createRevision: 1, modRevision: 2, version: 3 } },
      [0, 1, 2, 3, value],
    ],
    [[1, key, value], { type: 'put', revision: 2 ** 40 }, [1, 2 ** 40]],
    [[2, key, value], { type: 'append', revision: 5, length: 6 }, [2, 5, 6]],
    [[3, key], { type: 'delete', revision: 5, deleted: true }, [3, 5, true]],
    [[4, 'me'], { type: 'openSession', session: 9 }, [4, 9]],
  ];
  for (const [command, reply, row] of replies) {
    it(`answers ${JSON.stringify(row)}`, async () => {
      stream.replica.script = async () => reply;
      const client = await stream.connect();
      client.ask([0xffff_ffff, [command]]);
      expect(await client.reply(0xffff_ffff)).to.deep.equal(row);
    });
  }

  it('submits command, stamp, encoded row and consistency', async () => {
    const client = await stream.connect();
    client.ask([1, [[1, key, value], 7, 3, 2]], [2, [[5, key]]], [3, [[0, key]]], [4, [[4, 'me']]]);
    await client.reply(4);
    const [put, serializable, linearizable, open] = stream.replica.requests;
    expect(put?.command).to.include({ type: 'put' });
    expect(put?.stamp).to.deep.equal({ session: 7, number: 3, firstOutstanding: 2 });
    expect(Buffer.from(put?.encoded ?? [])).to.deep.equal(
      Buffer.from('9493 01 c4016b c40176 07 03 02'.replaceAll(' ', ''), 'hex'),
    );
    expect(serializable).to.deep.equal({ ...linearizable, consistency: 'serializable' });
    expect(linearizable).to.deep.equal({ command: { type: 'get', key: new Uint8Array(key) } });
    expect(open?.command).to.deep.equal({ type: 'openSession', client: 'me' });
  });

  it('reports slow requests once their replies are written, under the id of the connection', async () => {
    const sent: RequestTiming[] = [];
    const errors: string[] = [];
    const watched = await StreamUnderTest.open(undefined, undefined, {
      isSlow: ({ command }) => command !== 'delete',
      onSent: (timing) => void sent.push(timing),
      onError: (transport, code) => void errors.push(`${transport} ${code}`),
    });
    const client = await watched.connect();
    const [, hello] = client.notices[0] ?? [];
    const { connection } = hello as { connection: string };
    client.ask([7, [[1, key, value]]], [8, [[3, key]]]);
    await client.reply(8);
    watched.replica.script = () => Promise.reject(new KvError('KV_TIMEOUT', 'No decision.'));
    client.ask([9, [[1, key, value]]]);
    await client.reply(9);
    await watched.close();
    expect(sent.map(({ id, result }) => [id, result?.code])).to.deep.equal([
      [`${connection}-7`, undefined],
      [`${connection}-9`, 'KV_TIMEOUT'],
    ]);
    expect(errors).to.deep.equal(['stream KV_TIMEOUT']);
  });

  it('counts what a request waits for its turn as its time', async () => {
    const sent: RequestTiming[] = [];
    const watched = await StreamUnderTest.open(undefined, undefined, {
      ...{ isSlow: () => true, onError: () => {} },
      onSent: (timing) => void sent.push(timing),
    });
    watched.replica.script = slowly({ type: 'get', entry: undefined });
    const client = await watched.connect();
    client.ask(...Array.from({ length: 40 }, (_, id): [number, unknown] => [id, [[0, key]]]));
    await client.until(() => client.replies.size === 40);
    await watched.close();
    const [middle, last] = [sent.at(20), sent.at(-1)];
    expect(last?.id).to.match(/-39$/);
    expect(last?.begunMs).to.be.below(middle?.endedMs ?? 0);
  });

  it('refuses each request by itself once the token is no longer valid, says goodbye, and then closes', async () => {
    stream.replica.script = ({ command: { type } }) =>
      type === 'put'
        ? Promise.reject(new KvError('KV_UNAUTHENTICATED', 'Deleted.'))
        : Promise.resolve({ type: 'get', entry: undefined });
    const client = await stream.connect();
    client.ask([1, [[1, key, value]]]);
    await client.until(() => client.notices.length === 2);
    expect(client.notices[1]).to.deep.equal(['goodbye']);
    client.ask([2, [[1, key, value]]], [3, [[0, key]]]);
    expect(await client.reply(2)).to.include('KV_UNAUTHENTICATED');
    expect(await client.reply(3)).to.deep.equal([0]);
    expect(await client.closed()).to.have.property('code', 1008);
    expect(client.notices).to.have.length(2);
  });

  it('sends the replies of one turn as one frame, in any order', async () => {
    const client = await stream.connect();
    const ids = Array.from({ length: 1000 }, (_, index) => index);
    client.ask(...ids.map((id): [number, unknown] => [id, [[1, key, value]]]));
    await client.until(() => client.replies.size === ids.length);
    expect(client.frameCount).to.be.below(20);
  });

  it('sends the code, outcome and message of an error', async () => {
    const errors = [
      new KvError('KV_TIMEOUT', 'Never proposed.', { outcome: 'not done' }),
      new KvError('KV_OVERLOADED', 'Full.'),
      new Error('secret'),
    ];
    stream.replica.script = () => Promise.reject(errors[stream.replica.requests.length - 1]);
    const client = await stream.connect();
    client.ask([1, [[0, key]]], [2, [[0, key]]], [3, [[0, key]]]);
    expect(await client.reply(1)).to.deep.equal([-1, 'KV_TIMEOUT', 'not done', 'Never proposed.']);
    expect(await client.reply(2)).to.deep.equal([-1, 'KV_OVERLOADED', 'not done', 'Full.']);
    const defect = await client.reply(3);
    expect(defect.slice(0, 3)).to.deep.equal([-1, 'KV_INTERNAL', 'unknown']);
    expect(defect[3]).not.to.contain('secret');
    expect(stream.logLines).to.have.length(1);
  });

  it('sends a refusal of the store as the same error as HTTP', async () => {
    stream.replica.script = async () => ({ type: 'refused', reason: 'sessionExpired' });
    const client = await stream.connect();
    client.ask([1, [[3, key], 1, 1, 1]]);
    expect((await client.reply(1)).slice(0, 3)).to.deep.equal([
      -1,
      'KV_SESSION_EXPIRED',
      'unknown',
    ]);
  });

  it('aborts the pending requests of a connection that ends', async () => {
    stream.replica.script = () => new Promise(() => undefined);
    const client = await stream.connect();
    client.ask([1, [[0, key]]], [2, [[0, key]]]);
    await stream.replica.arrived(2);
    const signals = stream.replica.options.map((options) => options?.signal);
    expect(signals[0]).to.equal(signals[1]).and.to.have.property('aborted', false);
    client.socket.terminate();
    if (signals[0]) await once(signals[0], 'abort');
    expect(signals[0]?.reason).to.include({ code: 'KV_ABORTED' });
    await stream.servesOthers();
  });

  it('sends nothing to a disconnected client, and logs nothing', async () => {
    let answer: (reply: Reply) => void = () => undefined;
    stream.replica.script = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const client = await stream.connect();
    client.ask([1, [[0, key]]]);
    await stream.replica.arrived(1);
    const signal = stream.replica.options[0]?.signal;
    client.socket.terminate();
    if (signal) await once(signal, 'abort');
    answer({ type: 'get', entry: undefined });
    await stream.servesOthers();
    expect(stream.logLines).to.deep.equal([]);
  });

  it('keeps about as much memory for a small frame as its size', async () => {
    const client = await stream.connect();
    client.socket.send(Buffer.alloc(0), { fin: false });
    client.socket.send(encodePairs([[0, [[1, key, value]]]]), { fin: true });
    for (let id = 1; id < 500; id += 1) client.ask([id, [[1, key, value]]]);
    await stream.replica.arrived(500);
    const sizes = stream.replica.requests.map(({ encoded }) => encoded?.buffer.byteLength);
    expect(Math.max(...sizes.map(Number))).to.be.below(100);
  });

  it('answers pings', async () => {
    const client = await stream.connect();
    client.socket.ping('sign');
    const [data] = await once(client.socket, 'pong');
    expect(String(data)).to.equal('sign');
  });
});
