import { copyToPages, pageBytes, pagedBytesMin } from '@paxkv/protocol';
import { expect } from 'chai';

/** Whether the buffer is one that the engine allocates in whole pages. */
function isPaged({ buffer }: Uint8Array): boolean {
  return 'resizable' in buffer && buffer.resizable === true;
}

describe('page bytes', () => {
  for (const [length, paged] of [
    [0, false],
    [pagedBytesMin - 1, false],
    [pagedBytesMin, true],
    [pagedBytesMin + 1, true],
  ] as const) {
    it(`${length} bytes ${paged ? 'have' : 'have no'} pages of their own`, () => {
      const bytes = pageBytes(length);
      expect(bytes).to.be.instanceOf(Uint8Array).with.property('length', length);
      expect(isPaged(bytes)).to.equal(paged);
      expect(bytes.byteOffset).to.equal(0);
    });
  }

  it('has as many bytes without the Buffer of Node', () => {
    const { Buffer: original } = globalThis;
    try {
      Reflect.deleteProperty(globalThis, 'Buffer');
      const lengths = [3, pagedBytesMin].map((length) => pageBytes(length).length);
      globalThis.Buffer = original;
      expect(lengths).to.deep.equal([3, pagedBytesMin]);
    } finally {
      globalThis.Buffer = original;
    }
  });

  it('copies bytes out of the buffer that they are in', () => {
    const frame = new Uint8Array(2 * pagedBytesMin).map((_, index) => index);
    for (const length of [3, pagedBytesMin]) {
      const view = frame.subarray(5, 5 + length);
      const copy = copyToPages(view);
      expect(Buffer.compare(copy, view)).to.equal(0);
      expect(copy.buffer).to.not.equal(frame.buffer);
      expect(copy.buffer.byteLength).to.equal(length);
    }
  });
});
