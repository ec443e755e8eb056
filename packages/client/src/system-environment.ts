/** The world a client lives in unless it is given another: the system's network, timers and dice. */
import { defer, dial, makeCarrier } from '@paxkv/client/system';
import type { Clock, Environment, Random } from './environment.ts';
import { MessageExchange } from './http/message-exchange.ts';
import { DirectExchange, type InProcessServer } from './in-process/direct-exchange.ts';
import type { Transport } from './options.ts';
import { StreamExchange } from './stream/stream-exchange.ts';

const clock: Clock = {
  now: () => performance.now(),
  at(time, callback) {
    // Timers count whole milliseconds, and are never to ring early.
    const timer = setTimeout(callback, Math.max(0, Math.ceil(time - performance.now())));
    return () => clearTimeout(timer);
  },
};

const random: Random = { next: () => Math.random() };

/** The system's network, timers and random numbers. */
export function systemEnvironment(transport: Transport = 'stream'): Environment {
  const messages = new MessageExchange(makeCarrier());
  const exchange =
    transport === 'http' ? messages : new StreamExchange({ clock, random, dial, defer, messages });
  return { exchange, clock, random };
}

/** Calls of `server` instead of the network. */
export function inProcessEnvironment(server: InProcessServer): Environment {
  return { exchange: new DirectExchange(server), clock, random };
}
