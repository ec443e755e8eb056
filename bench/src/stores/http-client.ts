/** The HTTP interface of a store, one connection per lane. */
import type { Target } from 'paxkv/internal/bench/workload/traffic';
import { type HttpAnswer, HttpConnection } from './http-connection.ts';
import { type Connections, type StoreClient, targetAt, type Use } from './store.ts';

/** How a store encodes requests in JSON. Keys and values are in base64. */
export interface HttpDialect {
  readonly putPath: string;
  readonly getPath: string;
  putBody(key: string, value: string): string;
  getBody(key: string): string;
  /** Whether the answer to a get holds a value. */
  isFound(answer: string): boolean;
}

/** The addresses to connect to, used in rotation. */
export type AddressesOf = (use: Use) => Promise<readonly string[]>;

export function httpClient(
  name: string,
  addressesOf: AddressesOf,
  dialect: HttpDialect,
): StoreClient {
  return {
    name,
    async open(use, laneCount): Promise<Connections> {
      const addresses = await addressesOf(use);
      const connections = await Promise.all(
        Array.from({ length: laneCount }, (_, lane) =>
          HttpConnection.open(addresses[lane % addresses.length] ?? ''),
        ),
      );
      const targets = connections.map((connection) => toTarget(connection, dialect));
      return {
        ofLane: (lane) => targetAt(targets, lane),
        close: async () => {
          for (const connection of connections) connection.close();
        },
      };
    },
  };
}

function toTarget(connection: HttpConnection, dialect: HttpDialect): Target {
  return {
    async put(key, value) {
      const body = dialect.putBody(toBase64(key), value.toString('base64'));
      checked(await connection.post(dialect.putPath, body));
    },
    async get(key) {
      const answer = await connection.post(dialect.getPath, dialect.getBody(toBase64(key)));
      return dialect.isFound(checked(answer).body.toString('latin1'));
    },
  };
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function checked(answer: HttpAnswer): HttpAnswer {
  if (answer.status === 200) return answer;
  const text = answer.body.toString().slice(0, 200);
  throw Object.assign(new Error(text), { code: `HTTP ${answer.status}` });
}
