/** Upgrades of HTTP connections: to the stream of a client, or to the connection of another server. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { KvError, paths } from '@paxkv/protocol';
import { endWithError } from './api/http/index.ts';
import type { ClientApi } from './client-api.ts';
import { unavailableError } from './server-status.ts';
import type { Supervisor } from './supervisor.ts';
import { peerPath } from './transport/handshake.ts';

interface Upgraded extends Pick<ClientApi, 'streams' | 'sockets' | 'httpTurns'> {
  readonly supervisor: Supervisor;
}

/** Hands each upgraded connection to the part that speaks its protocol, and refuses any other upgrade. */
export function upgradeHandler({ streams, sockets, httpTurns, supervisor }: Upgraded) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { peers } = supervisor;
    // Until somebody listens to the socket, resuming it would lose what arrives.
    httpTurns.remove(request.socket);
    if (request.url === paths.stream) streams.handleUpgrade(request, socket, head);
    else if (request.url !== peerPath) endWithError(socket, unsupportedUpgrade());
    else if (peers === undefined) endWithError(socket, unavailableError(supervisor));
    else {
      // The limit on connections is for clients.
      sockets.release(socket);
      peers.handleUpgrade(request, socket, head);
    }
  };
}

function unsupportedUpgrade(): KvError {
  return new KvError(
    'KV_BAD_REQUEST',
    `Unsupported upgrade: only ${paths.stream} upgrades, to a WebSocket.`,
  );
}
