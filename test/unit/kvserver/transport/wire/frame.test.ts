import {
  FrameSplitter,
  frameHeader,
  frameKind,
} from '@paxkv/kvserver/internal/transport/wire/frame';
import { expect } from 'chai';
import fc from 'fast-check';

const bounds = new Map([
  [frameKind.messages, 1000],
  [frameKind.ping, 0],
]);

function frame(kind: number, payload: Uint8Array): Buffer {
  return Buffer.concat([frameHeader(kind, payload.length), payload]);
}

function splitter() {
  const frames: string[] = [];
  const one = new FrameSplitter(bounds, (kind, payload) => {
    frames.push(`${kind} ${Buffer.from(payload).toString('hex')}`);
  });
  return { frames, one };
}

describe('FrameSplitter', () => {
  it('finds the same frames, however the bytes arrive', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(payloads, fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (all, sizes) => {
        const bytes = Buffer.concat(all.map((payload) => frame(frameKind.messages, payload)));
        const { frames, one } = splitter();
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value ?? 1;
          expect(one.push(bytes.subarray(at, at + size))).to.equal(undefined);
          at += size;
        }
        expect(frames).to.deep.equal(
          all.map((payload) => `${frameKind.messages} ${Buffer.from(payload).toString('hex')}`),
        );
      }),
    );
  });

  it('refuses a length beyond the bound at its header, and a kind that is not expected', () => {
    for (const length of [1001, 2 ** 31, 2 ** 32 - 1]) {
      expect(splitter().one.push(frameHeader(frameKind.messages, length))).to.equal(
        'bad frame: longer than 1000 bytes',
      );
    }
    expect(splitter().one.push(frameHeader(frameKind.ping, 1))).to.equal(
      'bad frame: longer than 0 bytes',
    );
    for (const kind of [0, frameKind.handshake, 6, 255]) {
      expect(splitter().one.push(frameHeader(kind, 0))).to.equal(
        'bad frame: its kind is not expected',
      );
    }
  });

  it('delivers the frames before a bad one', () => {
    const { frames, one } = splitter();
    const bytes = [frame(frameKind.messages, Buffer.from([7])), frameHeader(9, 0)];
    expect(one.push(Buffer.concat(bytes))).to.equal('bad frame: its kind is not expected');
    expect(frames).to.deep.equal([`${frameKind.messages} 07`]);
  });

  it('delivers nothing once it is stopped, also within a chunk', () => {
    const frames: number[] = [];
    const one: FrameSplitter = new FrameSplitter(bounds, (kind) => {
      frames.push(kind);
      one.stop();
    });
    const ping = frameHeader(frameKind.ping, 0);
    one.push(Buffer.concat([ping, ping]));
    one.push(ping);
    expect(frames).to.deep.equal([frameKind.ping]);
  });

  it('takes other bounds from the next frame on, also within a chunk', () => {
    const kinds: number[] = [];
    const one: FrameSplitter = new FrameSplitter(bounds, (kind) => {
      kinds.push(kind);
      one.setBounds(new Map([[frameKind.pong, 0]]));
    });
    one.push(Buffer.concat([frameHeader(frameKind.ping, 0), frameHeader(frameKind.pong, 0)]));
    expect(kinds).to.deep.equal([frameKind.ping, frameKind.pong]);
    expect(one.push(frameHeader(frameKind.ping, 0))).to.match(/^bad frame/);
  });

  it('joins a large frame once, and not with each chunk', () => {
    const large = new Map([[frameKind.messages, 64 * 1024 * 1024]]);
    let length = 0;
    const one = new FrameSplitter(large, (_, payload) => {
      length = payload.length;
    });
    const startMs = performance.now();
    one.push(frameHeader(frameKind.messages, 16 * 1024 * 1024));
    for (let count = 0; count < 16 * 1024; count += 1) one.push(Buffer.alloc(1024));
    expect(length).to.equal(16 * 1024 * 1024);
    expect(performance.now() - startMs).to.be.below(3000);
  });
});
