/** Tests that whatever does not belong into a store is found there. */
import { expect } from 'chai';
import { straysIn } from './strays.ts';

const place = { name: 'b2' };

function strays(entries: Record<string, string>): string[] {
  return straysIn(place, new Map(Object.entries(entries)));
}

describe('strays in a store', () => {
  it('are no elements of its own, each there once', () => {
    expect(strays({ place: 'b2', 'ledger-b2.0.0': 'b2.1 b2.2 ', 'ledger-b2.1.0': '' })).to.be.empty;
  });

  const bad: Record<string, Record<string, string>> = {
    'an element of an earlier incarnation': { 'ledger-b2.0.0': 'b2.1 b1.2 ' },
    'an element of an incarnation whose name begins alike': { 'ledger-b2.0.0': 'b21.7 ' },
    'a key of an earlier incarnation': { 'ledger-b1.0.0': 'b1.1 ' },
    'a key of the other cluster': { 'ledger-a.0.0': 'a.1 ' },
    'the name of another place': { place: 'b1' },
    'an element twice': { 'ledger-b2.0.0': 'b2.1 b2.2 b2.1 ' },
    'a forged element': { 'ledger-b2.0.0': 'b2.1 forged.7 ' },
    'a key that nobody has': { 'forged.key': 'forged.7 ' },
  };
  for (const [title, entries] of Object.entries(bad)) {
    it(`are ${title}`, () => {
      expect(strays(entries)).to.not.be.empty;
    });
  }

  it('are not looked for in keys of others, but for forged ones', () => {
    const options = { isForeign: (key: string) => key.startsWith('mixed-') };
    const look = (value: string) => straysIn(place, new Map([['mixed-0', value]]), options);
    expect(look('3.1 3.2 ')).to.be.empty;
    expect(look('3.1 forged.1 ')).to.have.length(1);
  });
});

describe('a restored store', () => {
  const kept = [{ key: 'ledger-b1.0.0', element: 'b1.1' }];
  const origin = new Map([['ledger-b1.0.0', 'b1.1 b1.2 b1.3 ']]);
  const restored = { name: 'b2', kept };
  const look = (value: string) =>
    straysIn(restored, new Map([['ledger-b1.0.0', value]]), { origin });

  it('has what was acknowledged before the backup, and perhaps more of the same order', () => {
    for (const value of ['b1.1 ', 'b1.1 b1.2 ', 'b1.1 b1.2 b1.3 ']) expect(look(value)).to.be.empty;
  });

  it('lacks none of it', () => {
    expect(look('')).to.deep.equal([
      'b2: b1.1 of ledger-b1.0.0 was acknowledged before the backup',
    ]);
  });

  it('takes nothing more for the place that was backed up', () => {
    expect(look('b1.1 b1.3 ')).to.have.length(1);
    expect(look('b1.1 b1.2 b1.3 b1.4 ')).to.have.length(1);
  });
});
