import { printable } from '@paxkv/kvserver/internal/transport/text';
import { expect } from 'chai';

describe('printable', () => {
  it('makes received text printable and short', () => {
    expect(printable('a\u001b[31m\nb é')).to.equal('a?[31m?b ?');
    expect(printable('x'.repeat(1000))).to.have.lengthOf(120);
  });
});
