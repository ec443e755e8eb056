/** Addresses of servers, as settings give them. */
import { z } from 'zod';
import { isLoopback } from './loopback.ts';

/** The address of a server. An IPv6 host has no brackets. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export const portSchema = z.int().min(1).max(65_535);

export const addressSchema = z.string().transform((text, context): Address => {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const parsedPort = portSchema.safeParse(Number(match?.[3]));
  if (host !== undefined && parsedPort.success) return { host, port: parsedPort.data };
  context.addIssue(`${JSON.stringify(text)} is not host:port with a port from 1 to 65535`);
  return z.NEVER;
});

/** A host to listen on. */
export const hostSchema = z
  .string()
  .regex(/^[\w.:%-]+$/, 'must be a host name or an address without brackets');

/** `host:port`, the form in which settings give addresses: an IPv6 host is in brackets. */
export function addressToText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The addresses that are in the list more than once, each in one form whatever the case of its letters. */
export function duplicatesIn(addresses: readonly Address[]): string[] {
  const names = addresses.map(({ host, port }) => addressToText({ host: sameHost(host), port }));
  return [...new Set(names.filter((name, index) => names.indexOf(name) < index))];
}

/** Whether only this machine reaches what listens on `host`. */
export function isLocalHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isLoopback(host);
}

/** One name for each host: `localhost` may resolve to either address of loopback. */
function sameHost(host: string): string {
  const name = host.toLowerCase();
  return ['localhost', '::1', '::ffff:127.0.0.1'].includes(name) ? '127.0.0.1' : name;
}
