import {
  bytes,
  type Check,
  flag,
  list,
  optional,
  pair,
  Refused,
  record,
  text,
  variant,
  whole,
} from '@paxkv/kvserver/internal/transport/checks/check';
import { expect } from 'chai';

/** The reason of a refusal, or what was made of the content. */
function outcome(check: Check<unknown>, content: unknown): unknown {
  const checked = check(content);
  return checked instanceof Refused ? checked.text : checked;
}

describe('checks', () => {
  it('take whole numbers within their range, both ends included', () => {
    for (const content of [-1, 0, 7]) expect(outcome(whole(-1, 7), content)).to.equal(content);
    for (const content of [-2, 8, 0.5, Number.NaN, '1', 1n, null, undefined]) {
      expect(outcome(whole(-1, 7), content)).to.equal('message: no whole number from -1 to 7');
    }
    expect(outcome(whole(0), Number.MAX_SAFE_INTEGER)).to.equal(Number.MAX_SAFE_INTEGER);
    expect(outcome(whole(0), 2 ** 53)).to.match(/no whole number/);
  });

  it('take flags and texts', () => {
    expect([outcome(flag, true), outcome(flag, false)]).to.deep.equal([true, false]);
    expect(outcome(flag, 0)).to.equal('message: neither true nor false');
    expect(outcome(text(2), 'ab')).to.equal('ab');
    // A character outside of the basic plane is two code units, and one character.
    expect(outcome(text(2), '😀😀')).to.equal('😀😀');
    for (const content of ['abc', '😀😀a', 1, undefined]) {
      expect(outcome(text(2), content)).to.equal('message: no text of at most 2 characters');
    }
  });

  it('take bytes, and keep what they are told to keep', () => {
    const view = new Uint8Array([1, 2]);
    expect(bytes()(view)).to.equal(view);
    expect(bytes(2, (all) => all.slice(1))(view)).to.deep.equal(new Uint8Array([2]));
    expect(outcome(bytes(1), view)).to.equal('message: longer than 1 bytes');
    expect(outcome(bytes(1), [1])).to.equal('message: no bytes');
  });

  it('take lists whose length and items are right', () => {
    const check = list(whole(0, 9), { lengthMin: 1, lengthMax: 2 });
    expect(outcome(check, [3, 4])).to.deep.equal([3, 4]);
    for (const content of [[], [1, 2, 3], { length: 1, 0: 1 }, new Uint8Array(1)]) {
      expect(outcome(check, content)).to.equal('message: no list of 1 to 2 items');
    }
    expect(outcome(check, [1, 10])).to.equal('1: no whole number from 0 to 9');
    expect(outcome(pair(flag), [true, false])).to.deep.equal([true, false]);
    for (const content of [[true], [true, false, true]]) {
      expect(outcome(pair(flag), content)).to.match(/no list of 2/);
    }
  });

  it('take records with every field, those that may be absent excepted, and no other', () => {
    const check = record<{ readonly a: number; readonly b?: boolean }>({
      a: whole(0, 9),
      b: optional(flag),
    });
    for (const content of [{ a: 1 }, { a: 1, b: true }]) {
      expect(outcome(check, content)).to.equal(content);
    }
    expect(outcome(check, { b: true })).to.equal('a: no whole number from 0 to 9');
    // A field that is there must have a content.
    expect(outcome(check, { a: 1, b: undefined })).to.equal('b: neither true nor false');
    for (const content of [
      { a: 1, c: 1 },
      { a: 1, b: true, toString: 1 },
    ]) {
      expect(outcome(check, content)).to.equal('message: unknown field');
    }
    for (const content of [null, 7, [], new Uint8Array(9), new Map(), Object.create(null)]) {
      expect(outcome(check, content)).to.equal('message: not a map');
    }
  });

  it('take records by their type', () => {
    type Shape = { readonly type: 'a'; readonly n: number } | { readonly type: 'b' };
    const check = variant<Shape>({ a: { n: whole(0, 9) }, b: {} });
    for (const content of [{ type: 'a', n: 1 }, { type: 'b' }]) {
      expect(outcome(check, content)).to.equal(content);
    }
    for (const type of ['c', 'constructor', '__proto__', undefined, 1, null]) {
      expect(outcome(check, { type })).to.equal('type: unknown');
    }
    expect(outcome(check, {})).to.equal('type: unknown');
    expect(outcome(check, { type: 'b', n: 1 })).to.equal('message: unknown field');
    expect(outcome(check, { type: 'a' })).to.equal('n: no whole number from 0 to 9');
  });

  it('name the place of what they refuse, and put copies where the content was', () => {
    const check = record({ a: list(record({ b: bytes(1, (view) => view.slice()) }), few) });
    expect(outcome(check, { a: [{ b: new Uint8Array(2) }] })).to.equal(
      'a.0.b: longer than 1 bytes',
    );
    const view = new Uint8Array(1);
    const content = { a: [{ b: view }] };
    expect(check(content)).to.equal(content);
    expect(content.a[0]?.b).to.not.equal(view);
    expect(content.a[0]?.b).to.deep.equal(view);
    const views = [view];
    expect(
      list(
        bytes(1, (each) => each.slice()),
        few,
      )(views),
    ).to.equal(views);
    expect(views[0]).to.not.equal(view);
  });
});

const few = { lengthMin: 0, lengthMax: 9 };
