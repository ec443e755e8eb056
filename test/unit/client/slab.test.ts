import { copyOf, encode } from '@paxkv/client/internal/slab';
import { expect } from 'chai';

describe('the slab', () => {
  it('encodes as UTF-8 says, whatever the size', () => {
    for (const text of ['', 'a', 'ü€𝄞', 'x'.repeat(3_000), '€'.repeat(100_000)]) {
      expect(Buffer.from(encode(text)).toString() === text, text.slice(0, 10)).to.equal(true);
    }
  });

  it('never gives the same memory twice', () => {
    const arrays = Array.from({ length: 5_000 }, (_, number) => [
      encode(`key ${number}`),
      copyOf(new Uint8Array([number % 256, 1, 2])),
    ]);
    for (const [number, [text, bytes]] of arrays.entries()) {
      expect(Buffer.from(text ?? []).toString()).to.equal(`key ${number}`);
      expect(bytes).to.deep.equal(new Uint8Array([number % 256, 1, 2]));
    }
  });

  it('copies, so that the given memory may change', () => {
    for (const length of [4, 100_000]) {
      const given = new Uint8Array(length).fill(7);
      const copy = copyOf(given);
      given.fill(8);
      expect(new Set(copy)).to.deep.equal(new Set([7]));
      expect(copy).to.have.length(length);
    }
  });
});
