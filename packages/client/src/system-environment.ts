/** The default environment: the network, timers and randomness of Node or of the browser. */
import { defer, dial, makeHttpTransport } from '@paxkv/client/system';
import { ClusterPin } from './cluster-pin.ts';
import type { Clock, Environment, Random } from './environment.ts';
import { HttpExchange } from './http/http-exchange.ts';
import { DirectExchange, type InProcessServer } from './in-process/direct-exchange.ts';
import type { Transport } from './options.ts';
import { StreamExchange } from './stream/stream-exchange.ts';

const clock: Clock = {
  now: () => performance.now(),
  at(time, callback) {
    // Timers count whole milliseconds, and must not fire early.
    const timer = setTimeout(callback, Math.max(0, Math.ceil(time - performance.now())));
    return () => clearTimeout(timer);
  },
};

const random: Random = { next: () => Math.random() };

/** A new network for one client; `transport` as in the client's options. Connects at the first request. */
export function systemEnvironment(transport: Transport = 'stream'): Environment {
  const pin = new ClusterPin();
  const http = new HttpExchange(makeHttpTransport(), pin);
  const exchange =
    transport === 'http' ? http : new StreamExchange({ clock, random, dial, defer, http, pin });
  return { exchange, clock, random };
}

/** Calls of `server` in place of the network. */
export function inProcessEnvironment(server: InProcessServer): Environment {
  return { exchange: new DirectExchange(server), clock, random };
}
