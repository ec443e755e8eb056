/** Writers of a steady loop that find the serving node: paxkv's own client, and one for HTTP gateways. */
import { KvClient } from '@paxkv/client';
import { HttpConnection } from '../stores/http-connection.ts';
import type { Store } from '../stores/store.ts';
import type { Writer } from './steady-loop.ts';

const attemptMsMax = 200;
const pauseMs = 5;
const giveUpMs = 30_000;
const key = 'steady';
const value = 'x'.repeat(128);

/** Default settings except for the timeouts. */
export function sdkWriter(store: Store): Writer {
  const client = new KvClient({ endpoints: store.group.addresses, timeoutMs: giveUpMs });
  return { write: () => client.put(key, value), close: () => client.close() };
}

/** Sends to one node until it fails, then to the next. Its timeouts are short. */
export function gatewayWriter(store: Store): Writer {
  const { addresses } = store.group;
  const body = JSON.stringify({
    key: Buffer.from(key).toString('base64'),
    value: Buffer.from(value).toString('base64'),
  });
  let node = 0;
  const idle = new Map<string, HttpConnection[]>();
  const attempt = async (address: string): Promise<boolean> => {
    const connection = idle.get(address)?.pop() ?? (await HttpConnection.open(address));
    const timer = setTimeout(() => connection.close(), attemptMsMax);
    try {
      const { status } = await connection.post('/v3/kv/put', body);
      idle.set(address, [...(idle.get(address) ?? []), connection]);
      return status === 200;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    async write() {
      const deadlineMs = performance.now() + giveUpMs;
      while (performance.now() < deadlineMs) {
        const tried = node;
        const address = addresses[tried % addresses.length] ?? '';
        if (await attempt(address).catch(() => false)) return;
        if (node === tried) node += 1;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      throw new Error('no node acknowledged the write');
    },
    async close() {
      for (const connection of [...idle.values()].flat()) connection.close();
    },
  };
}
