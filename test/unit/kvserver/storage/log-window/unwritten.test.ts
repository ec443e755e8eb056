import { Unwritten } from '@paxkv/kvserver/internal/storage/log-window/unwritten';
import { expect } from 'chai';

/** Values of ten bytes, each of which takes 42 in a file. */
const valueBytes = 10;
const recordBytes = valueBytes + 32;
const all = { bytesMax: 1000, countMax: 1000 };

function decisions(first: number, next: number) {
  return Array.from({ length: next - first }, (_, place) => ({
    seq: first + place,
    value: Buffer.alloc(valueBytes, first + place),
  }));
}

function unwritten(first: number, next: number): Unwritten {
  const made = new Unwritten();
  for (const decision of decisions(first, next)) made.add(decision);
  return made;
}

function seqsOf(values: readonly Uint8Array[]): readonly (number | undefined)[] {
  return values.map(([byte]) => byte);
}

describe('Decisions that are not written yet', () => {
  it('count the bytes that they will take', () => {
    const made = new Unwritten();
    expect([made.bytes, made.first]).to.deep.equal([0, undefined]);
    for (const decision of decisions(5, 8)) made.add(decision);
    expect([made.bytes, made.first]).to.deep.equal([3 * recordBytes, 5]);
    made.clear();
    expect([made.bytes, made.first, made.next(1)]).to.deep.equal([0, undefined, []]);
  });

  it('are written from the front, up to so many bytes and at least one', () => {
    const made = unwritten(5, 9);
    const count = (bytesMax: number) => made.next(bytesMax).length;
    expect([1, recordBytes, recordBytes + 1, 3 * recordBytes].map(count)).to.deep.equal([
      1, 1, 2, 3,
    ]);
    expect([4 * recordBytes, 10 * recordBytes].map(count)).to.deep.equal([4, 4]);
    expect(made.next(1)).to.deep.equal(decisions(5, 6));
    expect(made.bytes).to.equal(4 * recordBytes);
  });

  it('go once they were written, however many were removed before', () => {
    const made = unwritten(5, 9);
    made.remove([]);
    expect(made.first).to.equal(5);
    made.remove(decisions(5, 7));
    expect([made.first, made.bytes]).to.deep.equal([7, 2 * recordBytes]);
    made.remove(decisions(5, 7));
    expect([made.first, made.bytes]).to.deep.equal([7, 2 * recordBytes]);
    made.remove(decisions(6, 8));
    expect([made.first, made.bytes]).to.deep.equal([8, recordBytes]);
    made.remove(decisions(8, 9));
    expect([made.first, made.bytes]).to.deep.equal([undefined, 0]);
    made.remove(decisions(8, 9));
    expect(made.bytes).to.equal(0);
  });

  it('are read from any of them on, and not before the first or behind the last', () => {
    const made = unwritten(5, 9);
    expect(seqsOf(made.read(5, all))).to.deep.equal([5, 6, 7, 8]);
    expect(seqsOf(made.read(7, all))).to.deep.equal([7, 8]);
    expect(made.read(4, all)).to.deep.equal([]);
    expect(made.read(9, all)).to.deep.equal([]);
    expect(new Unwritten().read(0, all)).to.deep.equal([]);
  });

  it('are read up to a count, and up to so many bytes of values and at least one', () => {
    const made = unwritten(5, 9);
    const count = (limits: Partial<typeof all>) => made.read(6, { ...all, ...limits }).length;
    expect(count({ countMax: 2 })).to.equal(2);
    expect([1, valueBytes, valueBytes + 1].map((bytesMax) => count({ bytesMax }))).to.deep.equal([
      1, 1, 2,
    ]);
  });
});
