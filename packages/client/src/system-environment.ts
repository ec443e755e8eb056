/** The world a client lives in unless it is given another: HTTP, the system's timers and its dice. */
import type { Clock, Environment } from './environment.ts';
import { HttpExchange } from './wire/http-exchange.ts';

const systemClock: Clock = {
  now: () => performance.now(),
  at(time, callback) {
    const timer = setTimeout(callback, Math.max(0, time - performance.now()));
    return () => clearTimeout(timer);
  },
};

export function systemEnvironment(): Environment {
  return {
    exchange: new HttpExchange(),
    clock: systemClock,
    random: { next: () => Math.random() },
  };
}
