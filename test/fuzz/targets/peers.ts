/** The port for peers: what anyone may send there, and what a member of the cluster may send that has proven itself. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { pack } from '@paxkv/kvserver/internal/transport/codec';
import { ProvenDialer } from '@paxkv/kvserver/internal/transport/exchange/proven-exchange';
import { formats, type Hello } from '@paxkv/kvserver/internal/transport/handshake';
import { allLevels } from '@paxkv/kvserver/internal/transport/level-exchange';
import { frameHeader, frameKind } from '@paxkv/kvserver/internal/transport/wire/frame';
import { SocketWire } from '@paxkv/kvserver/internal/transport/wire/socket-wire';
import type { SeededRandom } from '@paxkv/simulator';
import { samples, stateSamples } from '../../unit/kvserver/transport/samples.ts';
import { fuzzedCluster } from '../fuzzed-cluster.ts';
import { type Material, mutate } from '../mutate.ts';
import { dial, type Target } from '../target.ts';

const { clusterId, memberCount, fuzzer, secret } = fuzzedCluster;

const hello: Hello = {
  type: 'hello',
  formatVersion: formats.max,
  formatVersionMin: formats.min,
  ...{ clusterId, from: fuzzer, to: 0, nodeCount: memberCount, bootCount: 1 },
  level: allLevels.lowest,
  levels: allLevels,
};

const noBytes = new Uint8Array();
/** More than a server ever sends on a connection that it accepted. */
const backBytesMax = 2 ** 20;

/** Parts of MessagePack: lengths that are not true, types that no message has, and limits of numbers. */
const words = [
  ...[
    [0xc0],
    [0xc1],
    [0xc3],
    [0x80],
    [0x90],
    [0x91],
    [0x9f],
    [0xff],
    [0xe0],
    [0x81, 0xa1, 0x61, 1],
  ],
  ...[
    [0xc4, 0],
    [0xc4, 0xff],
    [0xc5, 0xff, 0xff],
    [0xc6, 0xff, 0xff, 0xff, 0xff],
    [0xd9, 0xff],
  ],
  ...[
    [0xcc, 0xff],
    [0xcd, 0xff, 0xff],
    [0xce, 0xff, 0xff, 0xff, 0xff],
  ],
  ...[
    [0xdc, 0xff, 0xff],
    [0xdd, 0xff, 0xff, 0xff, 0xff],
    [0xdf, 0xff, 0xff, 0xff, 0xff],
  ],
  [0xcb, 0x43, 0x30, 0, 0, 0, 0, 0, 0],
  [0xcf, 0, 0x10, 0, 0, 0, 0, 0, 0],
  ...[
    [0xc7, 1, 0x62, 0],
    [0xd4, 0, 0],
    [0xd6, 0xff, 0, 0, 0, 0],
  ],
  ...Object.values(frameKind).map((kind) => [kind, 0, 0, 0, 0]),
  [frameKind.messages, 0xff, 0xff, 0xff, 0xff],
].map((bytes) => Buffer.from(bytes));

const names = [
  'type',
  'from',
  'to',
  'nonce',
  'proof',
  'bootCount',
  'level',
  '__proto__',
  'constructor',
];

const handshakes: Material = {
  samples: [
    // A hello of its own nonce follows from nothing, so that the inputs do not either.
    frame(frameKind.handshake, pack({ ...hello, nonce: Buffer.alloc(32, 7) })),
    frame(frameKind.handshake, pack({ ...hello, bootCount: 2 ** 40, nonce: Buffer.alloc(32, 7) })),
    frame(frameKind.handshake, pack(hello)),
    frame(frameKind.handshake, pack({ type: 'proof', proof: Buffer.alloc(32, 7) })),
    frame(frameKind.messages, pack(samples[0])),
    frame(frameKind.goodbye, Buffer.from('closed')),
    frame(frameKind.ping, noBytes),
    Buffer.from('GET /v1/peer HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    Buffer.from('160301007a010000760303', 'hex'),
  ],
  words: [...words, ...names.map((name) => Buffer.from(name))],
};

/** By anyone: nothing is proven. */
export const peersTarget: Target = {
  name: 'peers',
  program: 'cluster-program.js',
  inputsPerConnection: 4,
  open: ({ peerPort }) => dial(peerPort),
  next(random: SeededRandom) {
    const first = mutate(handshakes, random);
    return random.chance(0.3) ? Buffer.concat([first, mutate(handshakes, random)]) : first;
  },
};

const messages: Material = {
  samples: [
    ...samples.map((sample) => ({
      ...{ ...sample, from: fuzzer },
      mark: { ...sample.mark, incarnations: Array.from({ length: memberCount }, () => 0) },
    })),
    ...stateSamples,
    { type: 'forward', runId: 2 ** 40, number: 3, value: Buffer.from([1, 2]) },
    { type: 'checksum', applied: 9, count: 3, sum: 4_000_000_000 },
  ].map((message) => Buffer.from(pack(message))),
  words,
};

/** By a member that has proven itself. A member has one connection that counts, so there is one at a time. */
export const provenPeersTarget: Target = {
  name: 'proven-peers',
  program: 'cluster-program.js',
  connectionCount: 1,
  inputsPerConnection: 64,
  async open({ peerPort }) {
    const socket = await dial(peerPort);
    await prove(socket);
    return socket;
  },
  next(random: SeededRandom) {
    const count = random.chance(0.2) ? random.integer(2, 4) : 1;
    const contents = Array.from({ length: count }, () => mutate(messages, random));
    const whole = frame(frameKind.messages, Buffer.concat(contents));
    if (random.chance(0.9)) return whole;
    return mutate({ words, samples: [whole] }, random);
  },
};

/** Ends once this end has proven that it has the secret. @throws Error if it is refused */
async function prove(socket: Socket): Promise<void> {
  const wire = new SocketWire(socket);
  const dialer = new ProvenDialer(hello, [Buffer.from(secret)], noBytes);
  const end = new AbortController();
  socket.once('close', () => end.abort());
  wire.sendHandshake(dialer.begin());
  for (;;) {
    const [bytes] = await once(wire, 'handshake', { signal: end.signal });
    const step = dialer.onFrame(bytes);
    if (step.type === 'send') wire.sendHandshake(step.frame);
    else if (step.type === 'failed') throw new Error(step.reason);
    else if (step.answer.type === 'welcome') return wire.open(backBytesMax);
    else throw new Error(`the member is refused: ${step.answer.reason}`);
  }
}

function frame(kind: number, payload: Uint8Array): Buffer {
  return Buffer.concat([frameHeader(kind, payload.byteLength), payload]);
}
