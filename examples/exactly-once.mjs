/**
 * The answer to a write is lost, and the client sends the write again. It takes effect once: the first
 * write of a client opens a session, which numbers its writes, and a retry keeps its number.
 */
import { ExchangeError, KvClient, systemEnvironment } from '@paxkv/client';
import { endpoints } from './endpoints.mjs';

const system = systemEnvironment();
let sentCount = 0;

/** The system's network, except that it loses the first reply to each append. */
const lossy = {
  send(endpoint, attempt) {
    if (attempt.request.command.type !== 'append') return system.exchange.send(endpoint, attempt);
    sentCount += 1;
    const isLost = sentCount === 1;
    system.exchange.send(endpoint, {
      request: attempt.request,
      get isSettled() {
        return attempt.isSettled;
      },
      markQueued: () => attempt.markQueued(),
      markSent: () => attempt.markSent(),
      onCancel: (callback) => attempt.onCancel(callback),
      reject: (error) => attempt.reject(error),
      resolve: (reply) =>
        isLost ? attempt.reject(new ExchangeError('maybe', 'lost')) : attempt.resolve(reply),
    });
  },
  close: () => system.exchange.close(),
};

const client = new KvClient({ endpoints, environment: { ...system, exchange: lossy } });
await client.put('count', '');
await client.append('count', 'I');
console.log('sent', sentCount); // prints: sent 2
console.log(await client.get('count')); // prints: I
await client.close();
