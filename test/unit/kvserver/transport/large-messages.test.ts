import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { envelope, everyoneConnected, portOf, reserve, Station, toAddresses } from './fixtures.ts';

const ballot = { round: 1, peer: 0 };
/** Over a second and a half for the large messages. */
const bytesPerSecond = 8 * 1024 * 1024;
const tickMs = 10;

/** A server between two others that passes bytes on in one direction no faster than this. */
async function slowWay(port: number, onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      onSocket(socket);
      socket.on('error', () => {});
    }
    far.pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pause();
    const timer = setInterval(() => {
      const chunk: Buffer | null = near.read((bytesPerSecond * tickMs) / 1000) ?? near.read();
      if (chunk !== null) far.write(chunk);
    }, tickMs);
    near.on('close', () => clearInterval(timer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return portOf(server);
}

describe('a large message on a slow network', () => {
  const stations: Station[] = [];
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(stations.splice(0).map((station) => station.close()));
  });

  /** A leader whose messages to the follower take long, and the follower. */
  async function leaderAndFollower(): Promise<[Station, Station]> {
    const [first = 0, second = 0] = await reserve(2);
    const slow = await slowWay(second, (socket) => sockets.push(socket));
    const limits = { silenceMsMax: 10_000, handshakeMsMax: 5000 };
    const leader = new Station(first, { me: 0, addresses: toAddresses([first, slow]), limits });
    const follower = new Station(second, {
      me: 1,
      addresses: toAddresses([first, second]),
      limits,
    });
    stations.push(leader, follower);
    await leader.open();
    await follower.open();
    await everyoneConnected(stations);
    return [leader, follower];
  }

  function typesAt({ inbox }: Station): string[] {
    return inbox.received.map(({ message }) => message.type);
  }

  it('does not delay a heartbeat, nor its answer', async () => {
    const [leader, follower] = await leaderAndFollower();
    const value = new Uint8Array(4 * 1024 * 1024);
    const ends = { from: 0, to: 1 };
    for (const seq of [1, 2, 3, 4]) {
      leader.transport.send(envelope({ type: 'accept', seq, ballot, value }, ends));
    }
    leader.transport.flush();
    const startMs = performance.now();
    const heartbeat = { type: 'heartbeat', ballot, knownUpTo: 0 } as const;
    leader.transport.send(envelope(heartbeat, ends));
    await follower.inbox.until(({ received }) => received.length > 0);
    follower.transport.send(envelope({ type: 'heartbeatAck', ballot }, { from: 1, to: 0 }));
    await leader.inbox.until(({ received }) => received.length > 0);
    expect(performance.now() - startMs).to.be.below(500);
    expect(typesAt(follower)).to.deep.equal(['heartbeat']);
    // The decisions that the heartbeat knew of are announced in order, by the messages that it overtook.
    expect(follower.inbox.received[0]?.message).to.deep.equal({ type: 'heartbeat', ballot });
    await follower.inbox.until(({ received }) => received.length === 5);
    expect(typesAt(follower).slice(1)).to.deep.equal(['accept', 'accept', 'accept', 'accept']);
  });

  it('keeps its place before all other messages', async () => {
    const [leader, follower] = await leaderAndFollower();
    const value = new Uint8Array(1024 * 1024);
    const ends = { from: 0, to: 1 };
    leader.transport.send(envelope({ type: 'accept', seq: 1, ballot, value }, ends));
    leader.transport.flush();
    leader.transport.send(envelope({ type: 'decided', seq: 1, ballot }, ends));
    leader.transport.send(envelope({ type: 'readIndex', id: 1 }, ends));
    await follower.inbox.until(({ received }) => received.length === 3);
    expect(typesAt(follower)).to.deep.equal(['accept', 'decided', 'readIndex']);
  });
});
