import {
  noChecksum,
  openRecord,
  sealRecord,
} from '@paxkv/kvserver/internal/storage/journal/sealed-record';
import { expect } from 'chai';
import { bytesOf } from '../scratch.ts';

const place = { owner: 'tests/0', key: Buffer.of(1) };

describe('Sealed record', () => {
  const previous = sealRecord(place, noChecksum, bytesOf('earlier')).checksum;
  const sealed = sealRecord(place, previous, bytesOf('payload'));

  it('gives back the payload and the checksum of the record before it', () => {
    const opened = openRecord(place, sealed.bytes);
    expect(Buffer.from(opened.payload).toString()).to.equal('payload');
    expect(opened.previous).to.deep.equal(previous);
    expect(opened.checksum).to.deep.equal(sealed.checksum);
  });

  it('does not open with any bit flipped, any byte more or any less', () => {
    for (let bit = 0; bit < sealed.bytes.length * 8; bit++) {
      const hurt = Buffer.from(sealed.bytes);
      hurt.writeUInt8(hurt.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => openRecord(place, hurt), `bit ${bit}`).to.throw('checksum');
    }
    for (let length = 0; length < sealed.bytes.length; length++) {
      expect(() => openRecord(place, sealed.bytes.subarray(0, length))).to.throw(Error);
    }
    expect(() => openRecord(place, Buffer.concat([sealed.bytes, Buffer.of(0)]))).to.throw(Error);
  });

  it('does not open under another key or for another owner', () => {
    expect(() => openRecord({ ...place, key: Buffer.of(2) }, sealed.bytes)).to.throw('checksum');
    expect(() => openRecord({ ...place, owner: 'tests/1' }, sealed.bytes)).to.throw('checksum');
  });

  it('opens with an empty payload', () => {
    const empty = sealRecord(place, noChecksum, new Uint8Array());
    expect(openRecord(place, empty.bytes).payload).to.have.length(0);
  });
});
