/** The default environment: the network, timers and randomness of Node or of the browser. */
import { defer, makeDial, makeHttpTransport, streamsCarry } from '@paxkv/client/system';
import { ClusterPin } from './cluster-pin.ts';
import type { Credentials } from './credentials.ts';
import type { Clock, Environment, Random } from './environment.ts';
import { HttpExchange } from './http/http-exchange.ts';
import {
  DirectExchange,
  type InProcessServer,
  inProcessEndpoint,
} from './in-process/direct-exchange.ts';
import type { ClientOptions, Settings, Target, Transport } from './options.ts';
import { toEndpoints } from './retry/endpoints.ts';
import { StreamExchange } from './stream/stream-exchange.ts';

const clock: Clock = {
  now: () => performance.now(),
  at(time, callback, isIdle = false) {
    // Timers count whole milliseconds, and must not fire early.
    const timer = setTimeout(callback, Math.max(0, Math.ceil(time - performance.now())));
    // In a browser a timer is a number, and keeps nothing alive.
    if (isIdle && typeof timer === 'object') timer.unref();
    return () => clearTimeout(timer);
  },
};

const random: Random = { next: () => Math.random() };

/**
 * A new network for one client; `transport` and `credentials` as in the client's options. Connects at the first request.
 *
 * @throws TypeError for credentials that the system cannot send.
 */
export function systemEnvironment(
  transport: Transport = 'stream',
  credentials: Credentials = {},
): Environment {
  const pin = new ClusterPin();
  const http = new HttpExchange(makeHttpTransport(credentials), pin);
  if (transport === 'stream' && !streamsCarry(credentials)) {
    throw new TypeError('in a browser a token needs the transport http: its streams carry none');
  }
  const parts = { clock, random, dial: makeDial(credentials), defer, http, pin };
  const exchange = transport === 'http' ? http : new StreamExchange(parts);
  return { exchange, clock, random };
}

/** The servers that a client asks, and the environment in which it does. @throws TypeError */
export function reachOf(
  options: ClientOptions & Target,
  { transport, credentials }: Pick<Settings, 'transport' | 'credentials'>,
): { readonly endpoints: readonly string[]; readonly environment: Environment } {
  const { server } = options;
  if (server !== undefined) {
    const environment = options.environment ?? inProcessEnvironment(server);
    return { endpoints: [inProcessEndpoint], environment };
  }
  const endpoints = toEndpoints(options.endpoints);
  return {
    endpoints,
    environment: options.environment ?? systemEnvironment(transport, credentials),
  };
}

/** Calls of `server` in place of the network. */
export function inProcessEnvironment(server: InProcessServer): Environment {
  return { exchange: new DirectExchange(server), clock, random };
}
