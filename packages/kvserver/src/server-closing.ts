/** Closes the HTTP server of clients. */
import { once } from 'node:events';
import type { Server } from 'node:http';

/** How long a stop waits for clients to receive their replies. */
const drainMs = 1000;

/** Accepts no new connections, ends idle ones, and cuts those that do not end in time. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(timer);
}
