import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  noCheckpoint,
} from '@paxkv/kvserver/internal/storage/journal/checkpoint';
import { encodeWrites } from '@paxkv/kvserver/internal/storage/journal/record-codec';
import { expect } from 'chai';
import { Packr } from 'msgpackr';

const packr = new Packr({ useRecords: false });

describe('Checkpoint of a journal', () => {
  const full: Checkpoint = {
    from: 12,
    writeIndex: 34,
    min: 56,
    round: 78,
    retained: [
      { type: 'logPromised', ballot: { round: 9, peer: 1 } },
      { type: 'incarnation', incarnation: 2, attempt: 3, isNew: false },
    ],
  };

  it('is read back as it was, and so are the lowest numbers', () => {
    for (const each of [full, noCheckpoint]) {
      expect(decodeCheckpoint(encodeCheckpoint(each))).to.deep.equal(each);
    }
  });

  it('stands for nothing forgotten and all records needed where there is none', () => {
    expect(noCheckpoint).to.deep.equal({
      from: 1,
      writeIndex: 0,
      min: 0,
      round: 0,
      retained: [],
    });
  });

  it('is refused with the name of the number that is out of bounds', () => {
    const valid = [1, 0, 0, 0, encodeWrites([])];
    const lowest = [1, 0, 0, 0];
    for (const [place, name] of ['from', 'writeIndex', 'min', 'round'].entries()) {
      const bytes = packr.pack(valid.with(place, (lowest[place] ?? 0) - 1));
      expect(() => decodeCheckpoint(bytes)).to.throw(TypeError, `${name} is`);
    }
  });

  it('is refused when its writes are not those of a record', () => {
    expect(() => decodeCheckpoint(packr.pack([1, 0, 0, 0, Buffer.of(0xc1)]))).to.throw(Error);
    expect(() => decodeCheckpoint(packr.pack([1, 0, 0, 0]))).to.throw(Error);
  });

  it('has the bytes that journals on disk have', () => {
    const bytes = encodeCheckpoint({ ...full, retained: [] });
    expect(Buffer.from(bytes).toString('hex')).to.equal('950c2238' + '4e' + 'c40190');
  });
});
