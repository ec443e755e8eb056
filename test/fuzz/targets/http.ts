/** The HTTP interface: requests that are almost right, one to three on a connection. */
import { allCommands, paths } from '@paxkv/protocol';
import type { SeededRandom } from '@paxkv/simulator';
import { type Material, mutate } from '../mutate.ts';
import { dial, type Target } from '../target.ts';

const json = 'content-type: application/json';
const key = Buffer.from('k').toString('base64');
const session = { id: '0'.repeat(32), number: 1, firstOutstanding: 1 };

function request(line: string, headers: readonly string[] = [], body = ''): Buffer {
  const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  return Buffer.from(
    [`${line} HTTP/1.1`, 'host: localhost', ...headers, ...length, '', body].join('\r\n'),
  );
}

function post(path: string, body: object): Buffer {
  return request(`POST ${path}`, [json], JSON.stringify(body));
}

const chunked = 'transfer-encoding: chunked';
const upgrade = [
  ...['connection: Upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'],
  'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
];

const material: Material = {
  samples: [
    request('GET /v1/kv/k'),
    request('GET /v1/kv/k?raw&consistency=serializable'),
    request('PUT /v1/kv/k', [], 'value'),
    request('PUT /v1/kv/a%2fb%25', [`paxkv-session: ${session.id}/1/1`], 'value'),
    request('PUT /v1/kv/k', [chunked], '5\r\nvalue\r\n0\r\n\r\n'),
    request('PUT /v1/kv/k', ['expect: 100-continue'], 'value'),
    request('POST /v1/kv/k', [], 'more'),
    request('DELETE /v1/kv/k'),
    post(paths.put, { key, value: key, session }),
    post(paths.increment, { key, by: '-5' }),
    post(paths.openSession, { client: 'fuzz' }),
    post(paths.get, { key, consistency: 'linearizable' }),
    ...allCommands.map(({ path }) => post(path, { key, value: key })),
    ...[paths.status, paths.ready, paths.live, '/', '/docs', '/openapi.json', '/metrics'].map(
      (path) => request(`GET ${path}`),
    ),
    request('OPTIONS *'),
    request(`GET ${paths.stream}`, upgrade),
  ],
  words: [
    ...['\r\n', '\n', '\0', ' ', ':', ';', ',', '%', '%00', '%ff', '%c0%af', '../', '//', '?', '#'],
    ...[
      'GET ',
      'HEAD ',
      'TRACE ',
      'CONNECT ',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'HTTP/1.0',
      'HTTP/9.9',
    ],
    ...[
      'Host: a\r\n',
      'Content-Length: 5\r\n',
      'Content-Length: -1\r\n',
      'content-length: 99999999999\r\n',
    ],
    ...[
      'Transfer-Encoding: chunked\r\n',
      'Transfer-Encoding: gzip, chunked\r\n',
      'Content-Encoding: gzip\r\n',
    ],
    ...[
      'Expect: 100-continue\r\n',
      'Expect: x\r\n',
      'Connection: close\r\n',
      'Upgrade: h2c\r\n',
      'Origin: null\r\n',
    ],
    ...['Authorization: Bearer x\r\n', 'Authorization: Basic eDp4\r\n', 'x-request-id: \u{1}\r\n'],
    ...[
      '0\r\n\r\n',
      'ffffffffffffffff\r\n',
      '5;x=y\r\n',
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\u0000',
      '\\ud800',
    ],
    ...[
      'null',
      'true',
      '-0',
      '1e400',
      '1.5',
      '9007199254740993',
      'NaN',
      '"__proto__":{}',
      '"constructor":1,',
    ],
  ].map((word) => Buffer.from(word)),
};

const requestCountMax = 3;

export const httpTarget: Target = {
  name: 'http',
  inputsPerConnection: 1,
  open: ({ port }) => dial(port),
  next(random: SeededRandom) {
    const count = random.chance(0.2) ? random.integer(2, requestCountMax) : 1;
    return Buffer.concat(Array.from({ length: count }, () => mutate(material, random)));
  },
};
