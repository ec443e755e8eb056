import { once } from 'node:events';
import { pack, unpack } from '@paxkv/kvserver/internal/transport/codec';
import { expect } from 'chai';
import { hello, linksAndServers, welcome } from './dialed-servers.ts';

describe('OutgoingLink', () => {
  const { linkTo, accept, serve, end } = linksAndServers();
  afterEach(end);

  it('sends its hello first, and is connected once it is welcomed', async () => {
    let greeting: unknown;
    const { port } = await serve((accepted) => {
      greeting = accepted.hello;
      welcome(accepted);
    });
    const { link, until } = linkTo(port);
    expect(link.status).to.deep.equal({ node: 1, connected: false });
    expect(link.send([pack(1)])).to.equal(false);
    await until(({ connected }) => connected);
    expect(greeting).to.deep.equal(hello);
    expect(link.send([pack(1)])).to.equal(true);
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
    const { port, server } = await serve(({ answer }) => {
      count += 1;
      answer({ type: 'refusal', reason: 'wrong cluster\n' });
    });
    const { link, statuses } = linkTo(port);
    while (count < 4) await once(server, 'connection');
    expect(statuses).to.deep.equal([
      { node: 1, connected: false, reason: 'refused: wrong cluster?' },
    ]);
    expect(link.status).to.deep.equal(statuses[0]);
  });

  it('dials immediately when the other server connects during its pause, and only then', async () => {
    const { port, close } = await serve(({ socket }) => socket.destroy());
    const { link, until } = linkTo(port, { retryDelayMsMin: 60_000, retryDelayMsMax: 60_000 });
    await until(({ reason }) => reason !== undefined);
    await close();
    let greetingCount = 0;
    await serve((accepted) => {
      greetingCount += 1;
      welcome(accepted);
    }, port);
    link.dialNow();
    link.dialNow();
    await until(({ connected }) => connected);
    link.dialNow();
    expect(greetingCount).to.equal(1);
  });

  it('reports that nothing listens there', async () => {
    const { port, close } = await serve(welcome);
    await close();
    const { until } = linkTo(port);
    await until(({ reason }) => reason?.includes('ECONNREFUSED') === true);
  });

  it('stops waiting for a server that accepts and sends nothing', async () => {
    const { port } = await accept(() => {});
    const { until } = linkTo(port, { handshakeMsMax: 60 });
    await until(({ reason }) => reason === 'no answer for 60 ms');
  });

  it('reports the level of the cluster, if it is refused because of it', async () => {
    const { port } = await serve(({ answer }) => {
      answer({ type: 'refusal', reason: 'too old', level: 7 });
    });
    const { reportedLevels, until } = linkTo(port);
    await until(({ reason }) => reason === 'refused: too old');
    expect(reportedLevels[0]).to.equal(7);
  });

  it('stops waiting for a server that never answers the hello', async () => {
    const { port } = await serve(() => {});
    const { until } = linkTo(port, { handshakeMsMax: 60 });
    await until(({ reason }) => reason === 'no answer for 60 ms');
  });

  it('detects an end that stopped reading, and reconnects when it reads again', async () => {
    let count = 0;
    const { port } = await serve((accepted) => {
      welcome(accepted);
      count += 1;
      if (count === 1) accepted.socket.pause();
    });
    const { statuses, until } = linkTo(port);
    await until(({ reason }) => reason === 'silent for 300 ms');
    await until((status) => status.connected && statuses.indexOf(status) > 1);
    expect(statuses.map(({ connected }) => connected)).to.deep.equal([true, false, true]);
  });

  it('does not count the silence of the previous connection against a new one', async () => {
    let count = 0;
    let pingCount = 0;
    const { port, server } = await serve((accepted) => {
      welcome(accepted);
      count += 1;
      if (count === 1) accepted.socket.end();
      accepted.wire.on('ping', () => {
        pingCount += 1;
        server.emit('pinged');
      });
    });
    const { statuses } = linkTo(port);
    // More of them than fit into the allowed silence.
    while (pingCount < 10) await once(server, 'pinged');
    expect(statuses.map(({ connected }) => connected)).to.deep.equal([true, false, true]);
  });

  it('lengthens its pause if each connection ends right after the welcome', async () => {
    const timesMs: number[] = [];
    const { port, server } = await serve((accepted) => {
      timesMs.push(performance.now());
      welcome(accepted);
      setImmediate(() => accepted.socket.end());
    });
    linkTo(port, { retryDelayMsMin: 10, retryDelayMsMax: 80 });
    while (timesMs.length < 5) await once(server, 'connection');
    // Three quarters of 10, 20, 40 and 80 ms each.
    expect((timesMs[4] ?? 0) - (timesMs[3] ?? 0)).to.be.above(50);
  });

  it('keeps little in memory for a server that does not read, and logs what it drops', async () => {
    const { port } = await serve((accepted) => {
      welcome(accepted);
      accepted.socket.pause();
    });
    const queueBytesMax = 1024 * 1024;
    const { link, until } = linkTo(port, { queueBytesMax, silenceMsMax: 5000 });
    await until(({ connected }) => connected);
    const before = process.memoryUsage().arrayBuffers;
    let droppedCount = 0;
    for (let count = 0; count < 2000; count += 1) {
      if (!link.send([Buffer.alloc(64 * 1024)])) droppedCount += 1;
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
    const { port, server } = await serve((accepted) => {
      accepted.wire.on('message', (frame) => heard.push(unpack(frame)));
      accepted.wire.on('close', () => server.emit('ended'));
      welcome(accepted);
    });
    const { link, until } = linkTo(port);
    await until(({ connected }) => connected);
    const ended = once(server, 'ended');
    link.send([pack('farewell')]);
    await link.close();
    await ended;
    expect(heard).to.deep.equal(['farewell']);
  });

  it('closes though the other end does not listen', async () => {
    const { port } = await serve((accepted) => {
      welcome(accepted);
      accepted.socket.pause();
    });
    const { link, until } = linkTo(port);
    await until(({ connected }) => connected);
    await link.close();
    expect(link.isOpen).to.equal(false);
  });

  it('dials no more once closed, whether it was connected, waiting or dialling', async () => {
    let count = 0;
    const { port } = await serve((accepted) => {
      count += 1;
      welcome(accepted);
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
    expect(link.send([pack(1)])).to.equal(false);
  });
});
