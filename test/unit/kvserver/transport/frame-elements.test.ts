import { pack } from '@paxkv/kvserver/internal/transport/codec';
import {
  depthMax,
  elementCountMax,
  hasBoundedElements,
} from '@paxkv/kvserver/internal/transport/frame-elements';
import { expect } from 'chai';
import { samples, stateSamples } from './samples.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe('hasBoundedElements', () => {
  it('accepts every message, alone and in sequence', () => {
    const frames = [...samples, ...stateSamples].map((sample) => pack(sample));
    for (const frame of frames) expect(hasBoundedElements(frame)).to.equal(true);
    expect(hasBoundedElements(Buffer.concat(frames))).to.equal(true);
  });

  it('accepts every kind of number, text and bytes, whatever their length', () => {
    for (const value of [null, true, -1, -40, -(2 ** 20), 2 ** 20, 2 ** 40, 0.5, 'x', '']) {
      expect(hasBoundedElements(pack({ value })), String(value)).to.equal(true);
    }
    for (const length of [0, 40, 300, 70_000]) {
      expect(hasBoundedElements(pack('x'.repeat(length))), `text ${length}`).to.equal(true);
      expect(hasBoundedElements(pack(new Uint8Array(length))), `bytes ${length}`).to.equal(true);
      expect(hasBoundedElements(pack(Array(length).fill(0))), `array ${length}`).to.equal(true);
    }
  });

  it('refuses a frame of 15 MiB of empty maps, and fast', () => {
    const startMs = performance.now();
    expect(hasBoundedElements(Buffer.alloc(15 * 1024 * 1024, 0x80))).to.equal(false);
    expect(performance.now() - startMs).to.be.below(200);
  });

  it('counts the elements of all values of a frame together', () => {
    const row = bytes('dcffff');
    const full = Buffer.concat([row, Buffer.alloc(65_535)]);
    const three = Buffer.concat([full, full, full]);
    const left = elementCountMax - 3 * 65_536;
    expect(hasBoundedElements(Buffer.concat([three, Buffer.alloc(left)]))).to.equal(true);
    expect(hasBoundedElements(Buffer.concat([three, Buffer.alloc(left + 1)]))).to.equal(false);
  });

  it('refuses more levels than a message has', () => {
    const nested = (levels: number) => Buffer.concat([Buffer.alloc(levels, 0x91), bytes('00')]);
    expect(hasBoundedElements(nested(depthMax))).to.equal(true);
    expect(hasBoundedElements(nested(depthMax + 1))).to.equal(false);
    expect(hasBoundedElements(nested(100_000))).to.equal(false);
  });

  it('refuses a frame that is cut anywhere', () => {
    for (const sample of [...samples, ...stateSamples]) {
      const frame = pack(sample);
      for (let length = 1; length < frame.length; length += 1) {
        expect(hasBoundedElements(frame.subarray(0, length))).to.equal(false);
      }
    }
  });

  it('refuses lengths beyond the end of the frame, and types that no message has', () => {
    for (const hex of ['dd7fffffff', 'df7fffffff', 'c6ffffffff00', 'dbffffffff', 'dcffff', 'd9']) {
      expect(hasBoundedElements(bytes(hex)), hex).to.equal(false);
    }
    for (const hex of ['c1', 'c7010000', 'd40000', 'd6ff00000000', 'c9ffffffff01']) {
      expect(hasBoundedElements(bytes(hex)), hex).to.equal(false);
    }
  });
});
