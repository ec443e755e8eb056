import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { pack, unpack } from '@paxkv/kvserver/internal/transport/codec';
import { formats, peerPath } from '@paxkv/kvserver/internal/transport/handshake';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { call, hello, learn, lone, portOf, reserve, Station, toAddresses } from './fixtures.ts';

const welcome = { type: 'welcome', formatVersion: formats.max };

/** Servers of earlier versions, which dial by WebSocket and prove nothing, played by the test. */
describe('a server of an earlier version', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** The HTTP server that hands the connections of earlier versions on to the station. */
  async function httpOf(station: Station): Promise<Server> {
    const http = createServer();
    http.on('upgrade', (request, socket, head) => {
      station.transport.handleUpgrade(request, socket, head);
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    ends.push(() => http.close());
    return http;
  }

  async function stationFor(earlierAddresses?: readonly string[]): Promise<[Station, Server]> {
    const station = await lone({ earlierAddresses });
    ends.push(() => station.close());
    return [station, await httpOf(station)];
  }

  function dial(http: Server, origin?: string): WebSocket {
    const options = origin === undefined ? {} : { origin };
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(http)}${peerPath}`, options);
    ends.push(() => socket.terminate());
    socket.on('error', () => {});
    return socket;
  }

  async function greet(http: Server, greeting: object = hello()) {
    const socket = dial(http);
    await once(socket, 'open');
    socket.send(pack(greeting));
    const [data] = await once(socket, 'message');
    return { socket, answer: unpack(data) };
  }

  const allowed = ['127.0.0.1:9', '127.0.0.1:9'];

  it('is refused unless the operator counts it', async () => {
    const [station, http] = await stationFor();
    const [error] = await once(dial(http), 'error');
    expect(error.message).to.include('503');
    expect(station.transport.refusals).to.deep.equal({ 'no proof': 1 });
  });

  it('is welcomed, and what it sends is delivered, during an upgrade', async () => {
    const [station, http] = await stationFor(allowed);
    const { socket, answer } = await greet(http);
    expect(answer).to.deep.equal(welcome);
    socket.send(pack(learn(1)));
    await station.inbox.until((inbox) => inbox.received.length === 1);
    socket.send(pack(learn(-1)));
    const [, reason] = await once(socket, 'close');
    expect(String(reason)).to.match(/^invalid frame/);
  });

  it('is refused while the same member is connected with a proof, and replaced by it', async () => {
    const [station, http] = await stationFor(allowed);
    const { socket } = await greet(http);
    const proven = await call(station);
    ends.push(() => proven.wire.terminate());
    expect(await proven.greet()).to.deep.equal(welcome);
    const [, reason] = await once(socket, 'close');
    expect(String(reason)).to.equal('replaced by a newer connection');
    const { answer } = await greet(http, hello({ bootCount: 2 ** 40 }));
    expect(answer).to.deep.equal({
      ...{ type: 'refusal', reason: 'no proof: this server is connected with one' },
    });
    expect(proven.isClosed).to.equal(false);
  });

  it('ends no server, whatever level it reports', async () => {
    const [station, http] = await stationFor(allowed);
    const levels = { lowest: 9, highest: 9, raiseMax: 9 };
    const { answer } = await greet(http, hello({ level: 9, levels }));
    expect(answer).to.include({ type: 'refusal' });
    expect(station.unsupported).to.deep.equal([]);
  });

  it('is refused to browsers', async () => {
    const [, http] = await stationFor(allowed);
    const [error] = await once(dial(http, 'http://page.example'), 'error');
    expect(error.message).to.include('403');
  });

  it('counts no more once the feature level has risen', async () => {
    const [station, http] = await stationFor(allowed);
    const { socket } = await greet(http);
    const closed = once(socket, 'close');
    station.transport.levelPort.setLevel(2);
    const [, reason] = await closed;
    expect(String(reason)).to.equal('no proof: the upgrade is over');
    const [error] = await once(dial(http), 'error');
    expect(error.message).to.include('503');
  });

  it('is dialed where it listens, until it is upgraded', async () => {
    const [port = 0, peerPort = 0] = await reserve(2);
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: peerPath });
    await once(server, 'listening');
    ends.push(() => server.close());
    const greetings: unknown[] = [];
    server.on('connection', (socket) => {
      socket.once('message', (data) => {
        greetings.push(unpack(Buffer.from(data as Buffer)));
        socket.send(pack(welcome));
      });
    });
    const addresses = toAddresses([port, peerPort]);
    const earlierAddresses = ['127.0.0.1:9', `127.0.0.1:${portOf(server)}`];
    const station = new Station(port, { me: 0, addresses, earlierAddresses });
    ends.push(() => station.close());
    await station.open();
    await station.connected(1);
    expect(greetings[0]).to.deep.include({ type: 'hello', from: 0, to: 1 });
    expect(greetings[0]).to.not.have.property('nonce');
    const upgraded = new Station(peerPort, { me: 1, addresses });
    ends.push(() => upgraded.close());
    await upgraded.open();
    for (const socket of server.clients) socket.close();
    await station.until(1, ({ connected }) => !connected);
    await station.connected(1);
    station.transport.send(learn(1, { from: 0, to: 1 }));
    await upgraded.inbox.until((inbox) => inbox.received.length === 1);
  });
});
