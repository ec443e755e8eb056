/** Many sockets on which much arrives at once: the API reads them in slices, and answers everything. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KvClient } from '@paxkv/client';
import { KvServer, parseConfig } from '@paxkv/kvserver';
import { ReadTurns } from '@paxkv/kvserver/internal/budget/read-turns';
import { expect } from 'chai';
import { pino } from 'pino';
import { ServerUnderTest } from './http/server-under-test.ts';
import { encodePairs, StreamUnderTest } from './stream/stream-under-test.ts';

const socketCount = 40;
const requestsEach = 10;

/** Slices by a clock on which each look takes a millisecond, and counts what is read. */
class CountedTurns extends ReadTurns {
  count = 0;

  constructor() {
    let nowMs = 0;
    const now = () => {
      nowMs += 1;
      return nowMs;
    };
    super({ now, later: setImmediate });
  }

  override onRead(socket: Parameters<ReadTurns['onRead']>[0]): void {
    this.count += 1;
    super.onRead(socket);
  }

  /** The most that was read in one turn of the event loop, until `isOver`. */
  async mostInOneTurn(isOver: () => boolean): Promise<number> {
    let most = 0;
    while (!isOver()) {
      const before = this.count;
      await new Promise(setImmediate);
      most = Math.max(most, this.count - before);
    }
    return most;
  }
}

describe('reading of clients in slices', () => {
  it('takes few requests of 40 HTTP connections in one turn, and answers all of them', async () => {
    const readTurns = new CountedTurns();
    const server = await ServerUnderTest.open({}, { readTurns });
    let text = '';
    const sockets = Array.from({ length: socketCount }, () => server.connect());
    for (const socket of sockets) socket.on('data', (bytes) => (text += String(bytes)));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const request = 'PUT /v1/kv/k HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\nv';
    for (const socket of sockets) socket.write(request.repeat(requestsEach));
    const replies = () => text.match(/HTTP\/1.1 200 /g)?.length ?? 0;
    const most = await readTurns.mostInOneTurn(() => replies() === socketCount * requestsEach);
    // Each request counts twice, with its body.
    expect(most).to.be.within(1, 4 * requestsEach);
    for (const socket of sockets) socket.destroy();
    await server.close();
  });

  it('takes few frames of 40 streams in one turn, and answers all of them', async () => {
    const readTurns = new CountedTurns();
    const stream = await StreamUnderTest.open(undefined, undefined, undefined, readTurns);
    const clients = await Promise.all(Array.from({ length: socketCount }, () => stream.connect()));
    readTurns.count = 0;
    for (const { socket } of clients) {
      for (let id = 0; id < requestsEach; id += 1) {
        socket.send(encodePairs([[id, [[1, Buffer.from('k'), Buffer.from('v')]]]]));
      }
    }
    const isOver = () => stream.replica.requests.length === socketCount * requestsEach;
    expect(await readTurns.mostInOneTurn(isOver)).to.be.within(1, 2 * requestsEach);
    for (const { socket } of clients) socket.terminate();
    await stream.close();
  });

  it('lets no stream wait for what comes over HTTP', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-slices-'));
    const config = parseConfig({
      ...{ nodeId: 0, clusterId: 'test', addresses: ['127.0.0.1:4401'] },
      ...{ listenPort: 0, dataDirectory: directory },
    });
    const server = await KvServer.start(config, { logger: pino({ level: 'silent' }) });
    const { host, port } = server.address;
    const client = new KvClient({ endpoints: [`${host}:${port}`] });
    await client.put('k', 'v');
    const sockets = Array.from({ length: socketCount }, () => connect(port, host));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const httpPorts = new Set(sockets.map(({ localPort }) => localPort));
    const pausedPorts = new Set<number | undefined>();
    const { pause } = Socket.prototype;
    Socket.prototype.pause = function (this: Socket) {
      if (this.localPort === port) pausedPorts.add(this.remotePort);
      return pause.call(this);
    };
    try {
      const request = 'GET /v1/kv/k HTTP/1.1\r\nhost: localhost\r\n\r\n';
      while (pausedPorts.size === 0) {
        for (const socket of sockets) socket.resume().write(request.repeat(requestsEach));
        await client.get('k');
      }
    } finally {
      Socket.prototype.pause = pause;
      for (const socket of sockets) socket.destroy();
      await client.close();
      await server.stop();
    }
    expect([...pausedPorts].filter((each) => !httpPorts.has(each))).to.deep.equal([]);
    await rm(directory, { recursive: true });
  });
});
