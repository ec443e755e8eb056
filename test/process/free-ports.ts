/**
 * Free ports. They are below the ephemeral range, from which an outgoing connection could take a server's
 * port while the server is down.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const portMin = 12_000;
const portMax = 31_000;
/** The port for other servers is this far above the one for clients. */
const peerPortOffset = 1000;

/**
 * Different ports, free at the time of the check, as are those for other servers that go with them; another process
 * may still take one.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(portMin, portMax);
    const isApart = !ports.has(port + peerPortOffset) && !ports.has(port - peerPortOffset);
    if (isApart && (await isFree(port)) && (await isFree(port + peerPortOffset))) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
