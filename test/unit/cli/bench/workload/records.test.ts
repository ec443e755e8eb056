import { expect } from 'chai';
import { keyBytesMin, Records } from 'paxkv/internal/bench/workload/records';

describe('the records of a load', () => {
  it('have keys and values of exactly the bytes asked for', () => {
    for (const keyBytes of [keyBytesMin, 10, 16, 100]) {
      const records = new Records({ keyBytes, valueBytes: 300 }, 1);
      for (const index of [0, 7, 99_999_999]) {
        expect(Buffer.byteLength(records.key(index))).to.equal(keyBytes);
      }
      expect(records.value()).to.have.lengthOf(300);
    }
    expect(new Records({ keyBytes: 16, valueBytes: 0 }, 1).value()).to.have.lengthOf(0);
  });

  it('have another key for each number', () => {
    const records = new Records({ keyBytes: keyBytesMin, valueBytes: 1 }, 1);
    const keys = new Set(Array.from({ length: 5000 }, (_, index) => records.key(index)));
    expect(keys.size).to.equal(5000);
  });

  it('have values that are text, and not the same twice in a row', () => {
    const records = new Records({ keyBytes: 16, valueBytes: 128 }, 9);
    const first = records.value();
    expect(first.toString()).to.match(/^[\w-]{128}$/);
    expect(records.value().equals(first)).to.equal(false);
  });
});
