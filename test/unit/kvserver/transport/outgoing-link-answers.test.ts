import { once } from 'node:events';
import { pack } from '@paxkv/kvserver/internal/transport/codec';
import { ProvenListener } from '@paxkv/kvserver/internal/transport/exchange/proven-exchange';
import { formats } from '@paxkv/kvserver/internal/transport/handshake';
import { SocketWire } from '@paxkv/kvserver/internal/transport/wire/socket-wire';
import { expect } from 'chai';
import { linksAndServers, welcome } from './dialed-servers.ts';
import { secrets } from './fixtures.ts';

describe('What an OutgoingLink is sent', () => {
  const { linkTo, accept, serve, end } = linksAndServers();
  afterEach(end);

  it('closes after an answer that it does not understand', async () => {
    for (const answer of [pack({ type: 'hi' }), new Uint8Array([0xc1]), new Uint8Array()]) {
      const { port, close } = await accept((socket) =>
        new SocketWire(socket).sendHandshake(answer),
      );
      const { link, until } = linkTo(port);
      await until(({ reason }) => reason?.startsWith('bad answer') === true);
      await link.close();
      await close();
    }
  });

  it('closes after an answer that is too long', async () => {
    const { port } = await accept((socket) => {
      new SocketWire(socket).sendHandshake(new Uint8Array(10_000));
    });
    const { until } = linkTo(port);
    await until(({ reason }) => reason === 'bad frame: longer than 4096 bytes');
  });

  it('ends a connection on which a second answer comes', async () => {
    const { port } = await serve((accepted) => {
      welcome(accepted);
      welcome(accepted);
    });
    const { until } = linkTo(port);
    await until(({ reason }) => reason === 'bad frame: its kind is not expected');
  });

  it('hands on what comes back on an open connection, until that is refused', async () => {
    const { port } = await serve((accepted) => {
      welcome(accepted);
      for (const frame of [pack('a'), pack('b'), pack('c')])
        accepted.wire.sendMessages([frame], frame.byteLength);
    });
    const { until, frames } = linkTo(port);
    await until(({ reason }) => reason === 'invalid frame: the second one');
    expect(frames.slice(0, 2)).to.deep.equal(['a', 'b']);
  });

  it('refuses large messages on the way back', async () => {
    const { port } = await serve((accepted) => {
      welcome(accepted);
      accepted.wire.sendMessages([new Uint8Array(70_000)], 70_000);
    });
    const { until, frames } = linkTo(port);
    await until(({ reason }) => reason === 'bad frame: longer than 65536 bytes');
    expect(frames).to.deep.equal([]);
  });

  it('does not believe a welcome without a proof, nor one of another secret', async () => {
    for (const known of [undefined, [Buffer.from('another secret')] as const]) {
      const { port, close } = await accept((socket) => {
        const wire = new SocketWire(socket);
        const exchange = new ProvenListener(known ?? secrets, new Uint8Array());
        wire.on('handshake', (frame) => {
          const step = exchange.onFrame(frame);
          if (step.type === 'send') wire.sendHandshake(step.frame);
          const content = pack({ type: 'welcome', formatVersion: formats.max });
          const proof = known && new Uint8Array(32);
          if (step.type !== 'send')
            wire.sendHandshake(pack({ type: 'answer', content, ...(proof && { proof }) }));
        });
      });
      const { link, until } = linkTo(port);
      await until(({ reason }) => reason === 'wrong proof: that server has another cluster secret');
      expect(link.isOpen).to.equal(false);
      await link.close();
      await close();
    }
  });

  it('is not stopped by a level that no proven server reports', async () => {
    const { port } = await accept((socket) => {
      const content = pack({ type: 'refusal', reason: 'too old', level: 7 });
      new SocketWire(socket).sendHandshake(pack({ type: 'answer', content }));
    });
    const { until, reportedLevels } = linkTo(port);
    await until(({ reason }) => reason === 'refused: too old');
    expect(reportedLevels).to.deep.equal([]);
  });

  it('does not open a connection in a format that it did not offer', async () => {
    const { port } = await serve(({ answer }) => {
      answer({ type: 'welcome', formatVersion: formats.max + 1 });
    });
    const { link, until } = linkTo(port);
    await until(({ reason }) => reason === `peer format ${formats.max + 1} was not offered`);
    expect(link.isOpen).to.equal(false);
  });

  it('ignores a welcome after a refusal', async () => {
    let count = 0;
    const { port, server } = await serve((accepted) => {
      count += 1;
      accepted.answer({ type: 'refusal', reason: 'no' });
      welcome(accepted);
    });
    const { statuses } = linkTo(port);
    while (count < 10) await once(server, 'connection');
    expect(statuses).to.deep.equal([{ node: 1, connected: false, reason: 'refused: no' }]);
  });
});
