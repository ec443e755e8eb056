import { pack, packFrame, packTight, unpack } from '@paxkv/protocol';
import { expect } from 'chai';
import { Packr } from 'msgpackr';

const packr = new Packr({ useRecords: false });
const large = new Uint8Array(1024 * 1024).fill(7);

describe('packing', () => {
  it('gives a large message a buffer of about its size', () => {
    const packed = packTight(packr, [1, large], large.length);
    expect(packed.buffer.byteLength).to.be.within(large.length, 1.05 * large.length);
    expect(unpack(packed)[1]).to.deep.equal(large);
  });

  it('gives large rows and frames buffers of about their size', () => {
    for (const packed of [pack([1, large]), packFrame([1, [large]], large.length)]) {
      expect(packed.buffer.byteLength).to.be.within(large.length, 1.05 * large.length);
    }
  });

  it('keeps later small messages out of large buffers', () => {
    for (const makeLarge of [
      () => packTight(packr, [large], large.length),
      () => packTight(packr, [large]),
      () => pack([large]),
      () => packFrame([1, [large]], large.length),
      () => packFrame([1, [large]]),
    ]) {
      makeLarge();
      const small = packTight(packr, [1, 2, 3]);
      expect(small.buffer.byteLength, String(makeLarge)).to.be.at.most(64 * 1024);
      expect(unpack(small)).to.deep.equal([1, 2, 3]);
    }
  });

  it('packs a message that is larger than was said', () => {
    const packed = packTight(packr, [large, large], large.length);
    expect(unpack(packed)).to.deep.equal([large, large]);
  });

  it('does not overwrite a message that was packed before', () => {
    const first = packTight(packr, ['first', large], large.length);
    packTight(packr, ['second', large], large.length);
    packTight(packr, ['third']);
    expect(unpack(first)[0]).to.equal('first');
  });
});
