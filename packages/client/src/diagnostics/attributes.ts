/**
 * The attributes of events, under the names of OpenTelemetry's conventions for databases. Names that only paxkv has
 * begin with `paxkv.`. None holds a key or a value.
 */
import { KvError } from '@paxkv/protocol';
import type { Attributes } from './client-events.ts';

/** `http://127.0.0.1:4401` as host and port. An absent endpoint has none. */
export function serverAttributes(endpoint: string | undefined): Attributes {
  if (endpoint === undefined) {
    return {};
  }
  const { hostname, port, protocol } = new URL(endpoint);
  const usual = protocol === 'https:' ? 443 : 80;
  return {
    'server.address': hostname.replace(/^\[(.*)\]$/, '$1'),
    'server.port': port === '' ? usual : Number(port),
  };
}

/** What was asked. `operation`: the name of the method of the client. */
export function operationAttributes(operation: string): Attributes {
  return { 'db.operation.name': operation };
}

/** Why something failed; nothing if it did not. */
export function errorAttributes(error: unknown): Attributes {
  if (error === undefined) {
    return {};
  }
  if (!(error instanceof KvError)) {
    return { 'error.type': error instanceof Error ? error.name : typeof error };
  }
  const { code, outcome, requestId } = error;
  return {
    'error.type': code,
    'paxkv.outcome': outcome,
    ...(requestId === undefined ? {} : { 'paxkv.request.id': requestId }),
  };
}
