/** Finds the client of a request. Clients with one principal share what the server can do. */
import type { IncomingMessage } from 'node:http';
import type { Principal } from '@paxkv/protocol';
import type { Client } from '../../budget/client.ts';
import { isLoopback } from '../../config/loopback.ts';

const groupCount = 8;
/** A network of one customer has at least so many groups of an IPv6 address, and any number of addresses. */
const networkGroupCount = 4;

/** The client on the connection of this request. A client that has not proved who it is counts as its network. */
export function clientOf(
  { socket }: Pick<IncomingMessage, 'socket'>,
  principal?: Principal | undefined,
): Client {
  if (principal !== undefined) return { principal: `user ${principal.user}` };
  return { principal: networkOf(socket.remoteAddress) };
}

/** All of loopback, an IPv4 address, or the first 64 bits of an IPv6 address. */
export function networkOf(address = ''): string {
  if (isLoopback(address)) return 'loopback';
  if (address.includes('.') || !address.includes(':')) return address.replace(/^::ffff:/i, '');
  const [head = '', tail = ''] = address.split('::', 2).map((part) => part.replace(/%.*$/, ''));
  const first = head === '' ? [] : head.split(':');
  const last = tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(Math.max(0, groupCount - first.length - last.length)).fill('0');
  return `${[...first, ...zeros, ...last].slice(0, networkGroupCount).join(':')}::/64`;
}
