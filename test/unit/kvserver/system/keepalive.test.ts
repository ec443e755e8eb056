import { once } from 'node:events';
import { Keepalive } from '@paxkv/kvserver/internal/system/keepalive';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { portOf } from '../transport/fixtures.ts';

const limits = { pingIntervalMs: 20, silenceMsMax: 300 };

describe('Keepalive', () => {
  let server: WebSocketServer;
  let near: WebSocket;
  let far: WebSocket;

  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    near = new WebSocket(`ws://127.0.0.1:${portOf(server)}`);
    [far] = await once(server, 'connection');
    if (near.readyState !== WebSocket.OPEN) await once(near, 'open');
  });

  afterEach(async () => {
    near.terminate();
    far.terminate();
    server.close();
    await once(server, 'close');
  });

  it('keeps a connection whose other end only answers pings', async () => {
    let silentCount = 0;
    const keepalive = new Keepalive(near, limits, () => {
      silentCount += 1;
    });
    for (let count = 0; count < 20; count += 1) await once(near, 'pong');
    keepalive.stop();
    expect(silentCount).to.equal(0);
  });

  it('gives each round trip once, and does not keep many for nobody', async () => {
    const keepalive = new Keepalive(near, limits, () => {});
    for (let count = 0; count < 3; count += 1) await once(near, 'pong');
    const first = keepalive.takeRoundTrips();
    expect(first).to.have.length.within(2, 3);
    for (const ms of first) expect(ms).to.be.within(0, 300);
    expect(keepalive.takeRoundTrips()).to.deep.equal([]);
    for (let count = 0; count < 25; count += 1) await once(near, 'pong');
    keepalive.stop();
    expect(keepalive.takeRoundTrips()).to.have.length(16);
  });

  it('gives up on an end that stopped reading, once and soon', async () => {
    far.pause();
    const startMs = performance.now();
    let silentCount = 0;
    await new Promise<void>((resolve) => {
      new Keepalive(near, limits, () => {
        silentCount += 1;
        resolve();
      });
    });
    expect(performance.now() - startMs).to.be.within(300, 2000);
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(silentCount).to.equal(1);
  });

  it('does not mistake its own delay for silence of the other end', async () => {
    let silentCount = 0;
    const keepalive = new Keepalive(near, limits, () => {
      silentCount += 1;
    });
    await once(near, 'pong');
    // Nothing else runs meanwhile: this simulates a long pause of the whole process.
    const untilMs = performance.now() + 400;
    while (performance.now() < untilMs);
    for (let count = 0; count < 3; count += 1) await once(near, 'pong');
    keepalive.stop();
    expect(silentCount).to.equal(0);
  });

  it('measures the round trip, however long the answer takes', async () => {
    const keepalive = new Keepalive(near, limits, () => {});
    expect(keepalive.roundTripMs).to.equal(undefined);
    await once(near, 'pong');
    expect(keepalive.roundTripMs).to.be.within(0, 1000);
    far.pause();
    // More pings follow while the first one waits.
    await new Promise((resolve) => setTimeout(resolve, 120));
    far.resume();
    await once(near, 'pong');
    keepalive.stop();
    expect(keepalive.roundTripMs).to.be.within(60, 2000);
  });

  it('sends no ping after it was stopped', async () => {
    const keepalive = new Keepalive(near, limits, () => {});
    await once(far, 'ping');
    keepalive.stop();
    let pingCount = 0;
    far.on('ping', () => {
      pingCount += 1;
    });
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(pingCount).to.be.at.most(1);
  });
});
