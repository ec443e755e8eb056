import {
  noChecksum,
  openRecord,
  sealRecord,
} from '@paxkv/kvserver/internal/storage/journal/sealed-record';
import { expect } from 'chai';
import { bytesOf } from '../scratch.ts';

const id = { owner: 'tests/0', key: Buffer.of(1) };

describe('Sealed record', () => {
  const previous = sealRecord(id, noChecksum, bytesOf('earlier')).checksum;
  const sealed = sealRecord(id, previous, bytesOf('payload'));

  it('returns the payload and the checksum of the previous record', () => {
    const opened = openRecord(id, sealed.bytes);
    expect(Buffer.from(opened.payload).toString()).to.equal('payload');
    expect(opened.previous).to.deep.equal(previous);
    expect(opened.checksum).to.deep.equal(sealed.checksum);
  });

  it('does not open with any bit flipped, or with a byte more or less', () => {
    for (let bit = 0; bit < sealed.bytes.length * 8; bit++) {
      const damaged = Buffer.from(sealed.bytes);
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => openRecord(id, damaged), `bit ${bit}`).to.throw('checksum');
    }
    for (let length = 0; length < sealed.bytes.length; length++) {
      expect(() => openRecord(id, sealed.bytes.subarray(0, length))).to.throw(Error);
    }
    expect(() => openRecord(id, Buffer.concat([sealed.bytes, Buffer.of(0)]))).to.throw(Error);
  });

  it('does not open under another key or for another owner', () => {
    expect(() => openRecord({ ...id, key: Buffer.of(2) }, sealed.bytes)).to.throw('checksum');
    expect(() => openRecord({ ...id, owner: 'tests/1' }, sealed.bytes)).to.throw('checksum');
  });

  it('opens with an empty payload', () => {
    const empty = sealRecord(id, noChecksum, new Uint8Array());
    expect(openRecord(id, empty.bytes).payload).to.have.length(0);
  });
});
