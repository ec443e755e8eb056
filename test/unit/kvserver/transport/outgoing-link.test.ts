import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { defaultPeerLimits } from '@paxkv/kvserver/internal/config/transport-limits';
import { pack, unpack } from '@paxkv/kvserver/internal/transport/codec';
import { formats, type Hello } from '@paxkv/kvserver/internal/transport/handshake';
import { OutgoingLink } from '@paxkv/kvserver/internal/transport/outgoing-link';
import type { PeerStatus } from '@paxkv/protocol';
import { expect } from 'chai';
import { type WebSocket, WebSocketServer } from 'ws';
import { clusterId, portOf, quick } from './fixtures.ts';

const levels = { lowest: 1, highest: 1, raiseMax: 1 };
const hello: Hello = {
  type: 'hello',
  formatVersion: formats.max,
  formatVersionMin: formats.min,
  ...{ clusterId, from: 0, to: 1, nodeCount: 2, bootCount: 1, level: 1, levels },
};

describe('OutgoingLink', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  function linkTo(port: number, limits = {}) {
    const statuses: PeerStatus[] = [];
    const reportedLevels: number[] = [];
    let onStatus = () => {};
    const link = new OutgoingLink({
      address: `127.0.0.1:${port}`,
      to: 1,
      hello: () => hello,
      onLevel: (level) => reportedLevels.push(level),
      onWelcome: ({ incarnation }) => incarnation === undefined,
      limits: { ...defaultPeerLimits, ...quick, ...limits },
      random: { next: () => 0.5 },
      onChange: (status) => {
        statuses.push(status);
        onStatus();
      },
    });
    const until = async (isEnough: (status: PeerStatus) => boolean) => {
      while (!statuses.some(isEnough)) {
        await new Promise<void>((resolve) => {
          onStatus = resolve;
        });
      }
    };
    ends.push(() => link.close());
    link.dial();
    return { link, statuses, reportedLevels, until };
  }

  /** A server that answers each hello with `answer`. */
  async function serve(answer: (socket: WebSocket, greeting: unknown) => void, port = 0) {
    const server = new WebSocketServer({ port, host: '127.0.0.1' });
    server.on('connection', (socket) => {
      socket.once('message', (data) => answer(socket, unpack(Buffer.from(data as Buffer))));
    });
    await once(server, 'listening');
    const close = async () => {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    };
    ends.push(close);
    return { server, port: portOf(server), close };
  }

  const welcome = (socket: WebSocket) =>
    socket.send(pack({ type: 'welcome', formatVersion: formats.max }));

  it('sends its hello first, and is connected once it is welcomed', async () => {
    let greeting: unknown;
    const { port } = await serve((socket, content) => {
      greeting = content;
      welcome(socket);
    });
    const { link, until } = linkTo(port);
    expect(link.status).to.deep.equal({ node: 1, connected: false });
    expect(link.send(pack(1))).to.equal(false);
    await until(({ connected }) => connected);
    expect(greeting).to.deep.equal(hello);
    expect(link.send(pack(1))).to.equal(true);
  });

  it('reports the round trip while it is connected', async () => {
    const { port, close } = await serve(welcome);
    const { link, until } = linkTo(port);
    await until(({ connected }) => connected);
    while (link.status.roundTripMs === undefined) await new Promise(setImmediate);
    expect(link.status.roundTripMs).to.be.within(0, 5000);
    await close();
    await until(({ connected }) => !connected);
    expect(link.status).to.not.have.property('roundTripMs');
  });

  it('reports why it was refused, logs it once, and keeps trying', async () => {
    let count = 0;
    const { port, server } = await serve((socket) => {
      count += 1;
      socket.send(pack({ type: 'refusal', reason: 'wrong cluster\n' }));
    });
    const { link, statuses } = linkTo(port);
    while (count < 4) await once(server, 'connection');
    expect(statuses).to.deep.equal([
      { node: 1, connected: false, reason: 'refused: wrong cluster?' },
    ]);
    expect(link.status).to.deep.equal(statuses[0]);
  });

  it('dials immediately when the other server connects during its pause, and only then', async () => {
    const { port, close } = await serve((socket) => socket.close());
    const { link, until } = linkTo(port, { retryDelayMsMin: 60_000, retryDelayMsMax: 60_000 });
    await until(({ reason }) => reason !== undefined);
    await close();
    let greetingCount = 0;
    await serve((socket) => {
      greetingCount += 1;
      welcome(socket);
    }, port);
    link.dialNow();
    link.dialNow();
    await until(({ connected }) => connected);
    link.dialNow();
    expect(greetingCount).to.equal(1);
  });

  it('closes after an answer that it does not understand', async () => {
    for (const answer of [pack({ type: 'hi' }), new Uint8Array([0xc1]), 'text', new Uint8Array()]) {
      const { port, close } = await serve((socket) => socket.send(answer));
      const { link, until } = linkTo(port);
      await until(({ reason }) => reason?.startsWith('bad answer') === true);
      await link.close();
      await close();
    }
  });

  it('closes after an answer that is too long', async () => {
    const { port } = await serve((socket) => socket.send(new Uint8Array(10_000)));
    const { until } = linkTo(port);
    await until(({ reason }) => reason === 'Max payload size exceeded');
  });

  it('ends a connection on which more than a welcome comes back', async () => {
    const { port } = await serve((socket) => {
      welcome(socket);
      welcome(socket);
    });
    const { until } = linkTo(port);
    await until(({ reason }) => reason === 'a second answer');
  });

  it('reports that nothing listens there', async () => {
    const { port, close } = await serve(welcome);
    await close();
    const { until } = linkTo(port);
    await until(({ reason }) => reason?.includes('ECONNREFUSED') === true);
  });

  it('stops waiting for a server that accepts and sends nothing', async () => {
    const silent: Server = createServer();
    const sockets: Socket[] = [];
    silent.on('connection', (socket) => sockets.push(socket));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    ends.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    });
    const { until } = linkTo(portOf(silent), { handshakeMsMax: 60 });
    await until(({ reason }) => reason === 'no answer for 60 ms');
  });

  it('reports the level of the cluster, if it is refused because of it', async () => {
    const refusal = { type: 'refusal', reason: 'too old', level: 7 };
    const { port } = await serve((socket) => socket.send(pack(refusal)));
    const { reportedLevels, until } = linkTo(port);
    await until(({ reason }) => reason === 'refused: too old');
    expect(reportedLevels[0]).to.equal(7);
  });

  it('does not open a connection in a format that it did not offer', async () => {
    const answer = { type: 'welcome', formatVersion: formats.max + 1 };
    const { port } = await serve((socket) => socket.send(pack(answer)));
    const { link, until } = linkTo(port);
    await until(({ reason }) => reason === `peer format ${formats.max + 1} was not offered`);
    expect(link.isOpen).to.equal(false);
  });

  it('stops waiting for a server that upgrades and never answers the hello', async () => {
    const { port } = await serve(() => {});
    const { until } = linkTo(port, { handshakeMsMax: 60 });
    await until(({ reason }) => reason === 'no answer for 60 ms');
  });

  it('detects an end that stopped reading, and reconnects when it reads again', async () => {
    let count = 0;
    const { port } = await serve((socket) => {
      welcome(socket);
      count += 1;
      if (count === 1) socket.pause();
    });
    const { statuses, until } = linkTo(port);
    await until(({ reason }) => reason === 'silent for 300 ms');
    await until((status) => status.connected && statuses.indexOf(status) > 1);
    expect(statuses.map(({ connected }) => connected)).to.deep.equal([true, false, true]);
  });

  it('does not count the silence of the previous connection against a new one', async () => {
    let count = 0;
    let pingCount = 0;
    const { port, server } = await serve((socket) => {
      welcome(socket);
      count += 1;
      if (count === 1) socket.close();
      socket.on('ping', () => {
        pingCount += 1;
        server.emit('pinged');
      });
    });
    const { statuses } = linkTo(port);
    // More of them than fit into the allowed silence.
    while (pingCount < 10) await once(server, 'pinged');
    expect(statuses.map(({ connected }) => connected)).to.deep.equal([true, false, true]);
  });

  it('ignores a welcome after a refusal', async () => {
    let count = 0;
    const { port, server } = await serve((socket) => {
      count += 1;
      socket.send(pack({ type: 'refusal', reason: 'no' }));
      welcome(socket);
    });
    const { statuses } = linkTo(port);
    while (count < 10) await once(server, 'connection');
    expect(statuses).to.deep.equal([{ node: 1, connected: false, reason: 'refused: no' }]);
  });

  it('lengthens its pause if each connection ends right after the welcome', async () => {
    const timesMs: number[] = [];
    const { port, server } = await serve((socket) => {
      timesMs.push(performance.now());
      welcome(socket);
      setImmediate(() => socket.close());
    });
    linkTo(port, { retryDelayMsMin: 10, retryDelayMsMax: 80 });
    while (timesMs.length < 5) await once(server, 'connection');
    // Three quarters of 10, 20, 40 and 80 ms each.
    expect((timesMs[4] ?? 0) - (timesMs[3] ?? 0)).to.be.above(50);
  });

  it('keeps little in memory for a server that does not read, and logs what it drops', async () => {
    const { port } = await serve((socket) => {
      welcome(socket);
      socket.pause();
    });
    const queueBytesMax = 1024 * 1024;
    const { link, until } = linkTo(port, { queueBytesMax, silenceMsMax: 5000 });
    await until(({ connected }) => connected);
    const before = process.memoryUsage().arrayBuffers;
    let droppedCount = 0;
    for (let count = 0; count < 2000; count += 1) {
      if (!link.send(Buffer.alloc(64 * 1024))) droppedCount += 1;
      if (count % 20 === 0) await new Promise(setImmediate);
    }
    expect(droppedCount).to.be.above(1500);
    globalThis.gc?.();
    await new Promise(setImmediate);
    globalThis.gc?.();
    // At most the queue of the 128 MiB, the socket buffer, and uncollected garbage.
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(64 * 1024 * 1024);
  });

  it('delivers its last messages before it closes', async () => {
    const heard: unknown[] = [];
    const { port, server } = await serve((socket) => {
      socket.on('message', (data) => heard.push(unpack(Buffer.from(data as Buffer))));
      socket.on('close', () => server.emit('ended'));
      welcome(socket);
    });
    const { link, until } = linkTo(port);
    await until(({ connected }) => connected);
    const ended = once(server, 'ended');
    link.send(pack('farewell'));
    await link.close();
    await ended;
    expect(heard).to.deep.equal(['farewell']);
  });

  it('closes though the other end does not listen', async () => {
    const { port } = await serve((socket) => {
      welcome(socket);
      socket.pause();
    });
    const { link, until } = linkTo(port);
    await until(({ connected }) => connected);
    await link.close();
    expect(link.isOpen).to.equal(false);
  });

  it('dials no more once closed, whether it was connected, waiting or dialling', async () => {
    let count = 0;
    const { port } = await serve((socket) => {
      count += 1;
      welcome(socket);
    });
    const { link, until, statuses } = linkTo(port);
    await until(({ connected }) => connected);
    await link.close();
    const dialling = linkTo(port).link;
    await dialling.close();
    const closedCount = count;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(count).to.equal(closedCount);
    expect(statuses).to.have.lengthOf(1);
    expect(link.status.connected).to.equal(false);
    expect(link.send(pack(1))).to.equal(false);
  });
});
