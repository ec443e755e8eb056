import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { StreamClient, StreamUnderTest } from './stream-under-test.ts';

const key = Buffer.from('k');

describe('StreamListener', () => {
  let stream: StreamUnderTest;

  async function open(limits?: Parameters<typeof StreamUnderTest.open>[0]) {
    stream = await StreamUnderTest.open(limits);
    return stream;
  }
  afterEach(() => stream.close());

  /** The HTTP status and the error of a refused connection. */
  async function refusal(headers: Record<string, string> = {}) {
    const socket = new WebSocket(`ws://127.0.0.1:${stream.port}/v1/stream`, { headers });
    socket.on('error', () => undefined);
    const [, response] = await once(socket, 'unexpected-response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return { status: response.statusCode, ...JSON.parse(Buffer.concat(chunks).toString()).error };
  }

  it('sends its node, the known leader and a name of the connection in the hello', async () => {
    await open();
    stream.leader = 2;
    const addresses = ['a:1', 'b:2', 'c:3'];
    const about = { format: 1, node: 1, nodes: 3, leader: 2, addresses };
    const client = await stream.connect();
    const [type, { connection, ...rest }] = client.notices[0] as [string, { connection: string }];
    expect([type, rest]).to.deep.equal(['hello', about]);
    expect(connection).to.match(/^[\w-]+$/);
  });

  it('sends each new leader to every client', async () => {
    await open();
    const clients = await Promise.all([stream.connect(), stream.connect()]);
    stream.listener.onLeader(2);
    stream.listener.onLeader(null);
    for (const client of clients) {
      await client.until(() => client.notices.length === 3);
      expect(client.notices.slice(1)).to.deep.equal([
        ['leader', 2],
        ['leader', null],
      ]);
    }
  });

  it('answers pending requests after its goodbye, and then closes', async () => {
    await open();
    let answer: () => void = () => undefined;
    stream.replica.script = () =>
      new Promise((resolve) => {
        answer = () => resolve({ type: 'put', revision: 9 });
      });
    const client = await stream.connect();
    client.ask([1, [[1, key, key]]]);
    await stream.replica.arrived(1);
    stream.listener.sayGoodbye();
    stream.listener.sayGoodbye();
    await client.until(() => client.notices.length === 2);
    expect(await refusal()).to.include({ status: 503, code: 'KV_UNAVAILABLE' });
    answer();
    expect(await client.reply(1)).to.deep.equal([1, 9]);
    await Promise.all([stream.listener.close(), client.closed()]);
    expect(await client.closed()).to.have.property('code', 1001);
    expect(client.notices.at(-1)).to.deep.equal(['goodbye']);
  });

  it('begins the requests of a large frame in slices, and those of other clients in between', async () => {
    stream = await StreamUnderTest.open();
    const count = 500;
    stream.replica.script = async (request) => {
      const endMs = performance.now() + 1;
      while (performance.now() < endMs);
      return request.command.type === 'get' ? { type: 'get', entry: undefined } : fail();
    };
    const fail = () => expect.fail('only gets are asked');
    const [greedy, honest] = [await stream.connect(), await stream.connect()];
    const get = (name: string) => [[0, Buffer.from(name)]];
    greedy.ask(...Array.from({ length: count }, (_, id): [number, unknown] => [id, get('greedy')]));
    await stream.replica.arrived(1);
    honest.ask([1, get('honest')]);
    await honest.reply(1);
    expect(stream.replica.requests.length).to.be.below(count);
    await greedy.reply(count - 1);
    expect(stream.replica.requests).to.have.lengthOf(count + 1);
  });

  it('closes the connection of a client that neither reads nor replies', async () => {
    await open({ closeMsMax: 100 });
    const opened = stream.nextConnection();
    const client = await stream.connect();
    const serverEnd = await opened;
    client.socket.pause();
    await stream.listener.close();
    expect(serverEnd.destroyed).to.equal(true);
    client.socket.terminate();
  });

  it('refuses pages of other sites, and unknown names on loopback', async () => {
    await open();
    for (const headers of [{ origin: 'http://evil.example' }, { host: 'evil.example' }]) {
      expect(await refusal(headers)).to.include({ status: 400, code: 'KV_BAD_REQUEST' });
    }
    const host = `localhost:${stream.port}`;
    const client = await stream.connect({ host, origin: `http://${host}` });
    await client.close();
  });

  it('refuses a failed WebSocket handshake, in JSON', async () => {
    await open();
    const socket = connect(stream.port, '127.0.0.1');
    socket.write(
      'GET /v1/stream HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    );
    const [data] = await once(socket, 'data');
    expect(String(data))
      .to.match(/^HTTP\/1.1 400 /)
      .and.contain('KV_BAD_REQUEST');
    await once(socket, 'close');
    await stream.servesOthers();
  });

  it('accepts connections up to its limit, and more when some have closed', async () => {
    await open({ connectionCountMax: 3 });
    const clients = await Promise.all([stream.connect(), stream.connect(), stream.connect()]);
    expect(await refusal()).to.include({ status: 503, code: 'KV_OVERLOADED' });
    await clients[0].close();
    await stream.servesOthers();
  });

  it('disconnects a client that answers no pings', async () => {
    await open({ pingIntervalMs: 20, silenceMsMax: 100 });
    const silent = await stream.connect();
    const lively = await stream.connect();
    silent.socket.pause();
    const opened = stream.nextConnection();
    silent.socket.terminate();
    const frozen = new StreamClient(stream.port);
    const serverEnd = await opened;
    await frozen.hello();
    frozen.socket.pause();
    await once(serverEnd, 'close');
    frozen.socket.terminate();
    lively.ask([1, [[0, key]]]);
    expect(await lively.reply(1)).to.deep.equal([0]);
  });

  it('keeps no memory of closed connections', async () => {
    await open({ connectionCountMax: 20 });
    for (let round = 0; round < 20; round += 1) {
      const clients = await Promise.all(Array.from({ length: 10 }, () => stream.connect()));
      for (const client of clients) client.ask([1, [[0, key]]]);
      await Promise.all(clients.map((client) => client.close()));
    }
    await stream.servesOthers();
  });
});
