/** The stream: mutated rows in valid frames, and frames that are broken themselves. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { allCommands, packFrame, paths } from '@paxkv/protocol';
import type { SeededRandom } from '@paxkv/simulator';
import { type Material, mutate } from '../mutate.ts';
import { dial, type Ports, type Target } from '../target.ts';

const key = Buffer.from('k');
const session = Buffer.alloc(16, 1).toString('base64url');

/** Rows as clients send them; those of commands that have other fields are wrong, and that is as good. */
const rows = [
  [[0, key]],
  [[1, key, key]],
  [[2, key, key], session, 1, 1],
  [[3, key], session, 2, 1],
  [[4, 'fuzz']],
  [[5, key]],
  [[6, key, '-5']],
  ...allCommands.map(({ tag }) => [[tag, key, key]]),
];

const material: Material = {
  samples: [
    ...rows.map((row) => Buffer.from(packFrame([1, row]))),
    Buffer.from(packFrame(rows.flatMap((row, index) => [index, row]))),
  ],
  words: [
    ...[[0xc0], [0xc1], [0xc3], [0x90], [0x91], [0x93], [0x9f], [0x80], [0x81, 0xa1, 0x61, 1]],
    ...[
      [0xc4, 0],
      [0xc4, 0xff],
      [0xc5, 0xff, 0xff],
      [0xc6, 0xff, 0xff, 0xff, 0xff],
      [0xd9, 0xff],
    ],
    ...[[0xcc, 0xff], [0xcd, 0xff, 0xff], [0xce, 0xff, 0xff, 0xff, 0xff], [0xff], [0xe0]],
    ...[
      [0xcb, 0x43, 0x40, 0, 0, 0, 0, 0, 0],
      [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
    ],
    ...[
      [0xdc, 0xff, 0xff],
      [0xdd, 0xff, 0xff, 0xff, 0xff],
      [0xdf, 0xff, 0xff, 0xff, 0xff],
    ],
    ...[
      [0xc7, 1, 0x62, 0],
      [0xd4, 0x72, 0x40],
      [0xd6, 0xff, 0, 0, 0, 0],
      [0xa1, 0xff],
    ],
  ].map((bytes) => Buffer.from(bytes)),
};

const opcodes = [0x1, 0x2, 0x2, 0x2, 0x0, 0x8, 0x9, 0xa, 0x3, 0xf];

export const streamTarget: Target = {
  name: 'stream',
  inputsPerConnection: 16,
  async open({ port }: Ports): Promise<Socket> {
    const socket = await dial(port);
    socket.write(
      [
        ...[`GET ${paths.stream} HTTP/1.1`, 'host: localhost', 'connection: Upgrade'],
        ...['upgrade: websocket', 'sec-websocket-version: 13'],
        ...['sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==', '', ''],
      ].join('\r\n'),
    );
    const [answer] = await once(socket, 'data');
    if (String(answer).startsWith('HTTP/1.1 101 ')) return socket;
    throw new Error(`the stream is refused: ${String(answer).split('\r\n')[0]}`);
  },
  next(random: SeededRandom) {
    const payload = mutate(material, random);
    if (random.chance(0.8)) return frame(payload, 0x82);
    const first = (random.chance(0.7) ? 0x80 : 0) | random.pick([0, 0, 0x40, 0x10]);
    const whole = frame(payload, first | random.pick(opcodes), random.chance(0.9));
    return random.chance(0.5) ? whole : mutate({ ...material, samples: [whole] }, random);
  },
};

/** A WebSocket frame (RFC 6455), with a mask of zeros. */
function frame(payload: Buffer, first: number, isMasked = true): Buffer {
  const mask = isMasked ? 0x80 : 0;
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.from([first, mask | length])
      : Buffer.from([first, mask | 126, length >> 8, length & 0xff]);
  return Buffer.concat([head, isMasked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}
