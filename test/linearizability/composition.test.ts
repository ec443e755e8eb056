import { expect } from 'chai';
import { toOperations } from '../history/pairing.ts';
import { Composition } from './composition.ts';
import { fromDrawing } from './drawing.ts';

/** The texts of the writes that make up a value. */
function writesOf(drawing: string, value: string): string {
  const writes = new Composition(toOperations(fromDrawing(drawing))).writesOf(value);
  if (typeof writes === 'string') return writes;
  return writes.map(({ name, value: text }) => `${name} ${text}`).join(', ');
}

describe('The composition of a value', () => {
  it('is one put or append, and the appends after it', () => {
    const drawing = '[put ab] [append c] [append d] [put x]';
    expect(writesOf(drawing, 'abdc')).to.equal('put ab, append d, append c');
    expect(writesOf(drawing, 'cd')).to.equal('append c, append d');
    expect(writesOf(drawing, 'x')).to.equal('put x');
    expect(writesOf(drawing, '')).to.equal('');
  });

  it('has no put behind its beginning, and nothing that nobody wrote', () => {
    expect(writesOf('[put a] [append b]', 'ba')).to.equal('none');
    expect(writesOf('[put a] [append b]', 'abz')).to.equal('none');
  });

  it('is not known if writes of one text, or several divisions, make up the value', () => {
    expect(writesOf('[append a] [append a]', 'a')).to.equal('several');
    expect(writesOf('[put a] [append a]', 'a')).to.equal('several');
    expect(writesOf('[append a] [append b] [append ab]', 'ab')).to.equal('several');
    expect(writesOf('[append a] [append b] [append ab] [append c]', 'abc')).to.equal('several');
  });

  it('counts writes of nothing as no part of it', () => {
    expect(writesOf('[put a] [append] [append b]', 'ab')).to.equal('put a, append b');
  });
});
