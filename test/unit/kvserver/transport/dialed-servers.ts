/** Links of a server, and the other ends that they dial. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { defaultPeerLimits } from '@paxkv/kvserver/internal/config/transport-limits';
import { unpack } from '@paxkv/kvserver/internal/transport/codec';
import { DialTargets } from '@paxkv/kvserver/internal/transport/dial-targets';
import { ProvenListener } from '@paxkv/kvserver/internal/transport/exchange/proven-exchange';
import {
  formats,
  type Hello,
  type HelloAnswer,
} from '@paxkv/kvserver/internal/transport/handshake';
import { OutgoingLink } from '@paxkv/kvserver/internal/transport/outgoing-link';
import { PeerSecurity } from '@paxkv/kvserver/internal/transport/security/peer-security';
import { SocketWire } from '@paxkv/kvserver/internal/transport/wire/socket-wire';
import type { PeerStatus } from '@paxkv/protocol';
import { expect } from 'chai';
import { clusterId, portOf, quick, secrets } from './fixtures.ts';

const levels = { lowest: 1, highest: 1, raiseMax: 1 };
export const hello: Hello = {
  type: 'hello',
  formatVersion: formats.max,
  formatVersionMin: formats.min,
  ...{ clusterId, from: 0, to: 1, nodeCount: 2, bootCount: 1, level: 1, levels },
};

/** The other end of a connection, once the hello is proven. */
export interface Accepted {
  readonly wire: SocketWire;
  readonly socket: Socket;
  readonly hello: Hello;
  readonly answer: (answer: HelloAnswer) => void;
}

/** Accepts the link. */
export const welcome = ({ answer }: Accepted): void =>
  answer({ type: 'welcome', formatVersion: formats.max });

/** Links, and servers for them to dial, until they are ended. */
export function linksAndServers() {
  const ends: (() => Promise<void>)[] = [];
  const end = async () => {
    for (const one of ends.splice(0).reverse()) await one();
  };

  function linkTo(port: number, limits = {}) {
    const statuses: PeerStatus[] = [];
    const reportedLevels: number[] = [];
    const frames: unknown[] = [];
    let onStatus = () => {};
    const link = new OutgoingLink({
      targets: new DialTargets({
        address: `127.0.0.1:${port}`,
        security: new PeerSecurity({ secrets }),
        earlierAddress: () => undefined,
      }),
      to: 1,
      hello: () => hello,
      onWelcome: ({ incarnation }) => incarnation === undefined,
      onLevel: (level) => reportedLevels.push(level),
      onFrame: (frame) => {
        frames.push(unpack(frame));
        return frames.length < 2 ? undefined : 'invalid frame: the second one';
      },
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
    return { link, statuses, reportedLevels, frames, until };
  }

  /** A server that takes each connection like this. */
  async function accept(onSocket: (socket: Socket) => void, port = 0) {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      onSocket(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const close = async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    };
    ends.push(close);
    return { server, port: portOf(server), close };
  }

  /** A server that answers each proven hello with `answer`. */
  function serve(onProven: (accepted: Accepted) => void, port = 0) {
    return accept((socket) => {
      const wire = new SocketWire(socket);
      const exchange = new ProvenListener(secrets, new Uint8Array());
      wire.on('handshake', (frame) => {
        const step = exchange.onFrame(frame);
        if (step.type === 'send') wire.sendHandshake(step.frame);
        else if (step.type === 'failed') expect.fail(step.reason);
        else {
          const answer = (content: HelloAnswer) => {
            if (content.type === 'welcome') wire.open(16 * 1024 * 1024);
            wire.sendHandshake(exchange.answer(content));
          };
          onProven({ wire, socket, hello: step.hello, answer });
        }
      });
    }, port);
  }

  return { linkTo, accept, serve, end };
}
