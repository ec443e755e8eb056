import { once } from 'node:events';
import { connect } from 'node:net';
import { pack } from '@paxkv/kvserver/internal/transport/codec';
import { frameHeader, frameKind } from '@paxkv/kvserver/internal/transport/wire/frame';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { call, hello, learn, lone, type Station } from './fixtures.ts';
import { samples, stateSamples } from './samples.ts';

const inputCount = 1500;
const seed = 'the port for servers';
const growthBytesMax = 64 * 1024 * 1024;

/** Bytes changed, cut, repeated or inserted at random, a few times. */
function mutate(bytes: Buffer, random: SeededRandom): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  const below = (end: number) => Math.floor(random.next() * end);
  for (let count = 1 + below(4); count > 0; count -= 1) {
    const at = below(mutated.length + 1);
    const [head, tail] = [mutated.subarray(0, at), mutated.subarray(at)];
    const noise = Buffer.from(Array.from({ length: 1 + below(6) }, () => below(256)));
    const kinds = [
      [head, noise, tail.subarray(noise.length)],
      [head, tail.subarray(noise.length)],
      [head, noise, tail],
      [mutated, tail],
    ];
    mutated = Buffer.concat(kinds[below(kinds.length)] ?? []);
  }
  return mutated;
}

describe('The port for servers, sent mutated bytes', function () {
  this.timeout(60_000);

  let station: Station;
  before(async () => {
    station = await lone({ limits: { valueBytesMax: 100_000 } });
  });
  after(() => station.close());

  async function isAlive(): Promise<void> {
    const caller = await call(station);
    expect(await caller.greet()).to.include({ type: 'welcome' });
    const before = station.inbox.received.length;
    caller.send(pack(learn(1)));
    await station.inbox.until(({ received }) => received.length > before);
    caller.wire.terminate();
    await caller.closed;
  }

  it('by anyone: takes nothing from them, and stays there for servers', async () => {
    const random = new SeededRandom(seed);
    const greeting = pack(hello());
    const frames = [
      Buffer.concat([frameHeader(frameKind.handshake, greeting.length), greeting]),
      Buffer.concat([frameHeader(frameKind.messages, 5), Buffer.from('abcde')]),
      Buffer.from('GET /v1/peer HTTP/1.1\r\nUpgrade: websocket\r\n\r\n'),
    ];
    const startBytes = process.memoryUsage().rss;
    for (let count = 0; count < inputCount; count += 1) {
      const socket = connect(station.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.end(mutate(frames[count % frames.length] ?? Buffer.alloc(0), random));
      socket.resume();
      await once(socket, 'close');
    }
    expect(station.inbox.received).to.deep.equal([]);
    await isAlive();
    expect(process.memoryUsage().rss - startBytes).to.be.below(growthBytesMax);
  });

  it('by a server that has proven itself: delivers only what is valid', async () => {
    const random = new SeededRandom(seed);
    const contents = [...samples, ...stateSamples].map((sample) => Buffer.from(pack(sample)));
    const startBytes = process.memoryUsage().rss;
    let caller = await call(station);
    await caller.greet();
    for (let count = 0; count < inputCount; count += 1) {
      if (caller.isClosed) {
        caller = await call(station);
        await caller.greet();
      }
      caller.send(mutate(contents[count % contents.length] ?? Buffer.alloc(0), random));
      if (count % 8 === 0) await new Promise(setImmediate);
    }
    await isAlive();
    for (const { from, to } of station.inbox.received) expect([from, to]).to.deep.equal([1, 0]);
    expect(station.transport.counts().invalidFrames).to.be.above(0);
    expect(process.memoryUsage().rss - startBytes).to.be.below(growthBytesMax);
    caller.wire.terminate();
  });
});
