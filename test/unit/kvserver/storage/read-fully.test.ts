import { readFully } from '@paxkv/kvserver/internal/storage/read-fully';
import { expect } from 'chai';

describe('readFully', () => {
  /** A file that gives at most three bytes at a time. */
  function fileOf(content: Uint8Array) {
    return {
      async read(target: Uint8Array, offset: number, length: number, position: number) {
        const given = content.subarray(position, position + Math.min(3, length));
        target.set(given, offset);
        return { bytesRead: given.length, buffer: target };
      },
    } as unknown as Parameters<typeof readFully>[0];
  }

  it('goes on until the target is full', async () => {
    const target = new Uint8Array(7);
    expect(await readFully(fileOf(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)), target, 1)).to.equal(
      7,
    );
    expect([...target]).to.deep.equal([2, 3, 4, 5, 6, 7, 8]);
  });

  it('ends with fewer bytes at the end of the file', async () => {
    const target = new Uint8Array(7);
    expect(await readFully(fileOf(Uint8Array.of(1, 2, 3, 4, 5)), target, 2)).to.equal(3);
    expect(await readFully(fileOf(new Uint8Array(2)), target, 9)).to.equal(0);
  });
});
