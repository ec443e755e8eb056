/** The owner of the sessions of a client that has proved no name: the network it connects from. */
import type { Socket } from 'node:net';
import { isLoopback } from '../../config/loopback.ts';

/** An IPv6 network of one customer is at least as large as these groups of an address tell. */
const networkGroupCount = 4;
const groupCount = 8;

/** `address loopback`, `address 10.0.0.1`, or the first 64 bits of an IPv6 address: `address 2001:db8:0:1::/64`. */
export function ownerAt({ remoteAddress = '' }: Pick<Socket, 'remoteAddress'>): string {
  return `address ${networkOf(remoteAddress)}`;
}

function networkOf(address: string): string {
  if (isLoopback(address)) return 'loopback';
  if (address.includes('.') || !address.includes(':')) return address.replace(/^::ffff:/i, '');
  const [head = '', tail = ''] = address.split('::', 2).map((part) => part.replace(/%.*$/, ''));
  const [first, last] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''));
  const groups = [...(first ?? []), ...(last ?? [])];
  const zeros = Array.from({ length: Math.max(0, groupCount - groups.length) }, () => '0');
  const whole = [...(first ?? []), ...zeros, ...(last ?? [])];
  return `${whole.slice(0, networkGroupCount).join(':')}::/64`;
}
