import { expect } from 'chai';
import { Verdict } from '../verdict.ts';
import { checkSightings, type Shown, type Sighting } from './watch-invariants.ts';

const put = (key: string, revision: number, value = `${revision}`): Shown => {
  return { key, revision, value };
};
const removal = (key: string, revision: number): Shown => ({ key, revision, value: undefined });

/** Revision 3 changes two keys. */
const decided = [
  put('b', 1),
  put('a1', 2),
  put('a2', 3),
  removal('a1', 3),
  put('b', 4),
  put('a2', 5),
];

function objectionTo(sighting: Partial<Sighting>): string | undefined {
  const verdict = new Verdict(
    () => 0,
    () => {},
  );
  const whole = { prefix: 'a', after: 2, present: undefined, revision: 5 };
  const changes = [put('a2', 3), removal('a1', 3), put('a2', 5)];
  checkSightings([{ ...whole, changes, ...sighting }], decided, verdict);
  return verdict.failure?.message;
}

describe('Watch invariants', () => {
  it('accept every change of the keys in order, each once', () => {
    expect(objectionTo({})).to.equal(undefined);
    expect(objectionTo({ after: 0, changes: [put('a1', 2)], revision: 2 })).to.equal(undefined);
    expect(objectionTo({ after: 3, changes: [], revision: 4 })).to.equal(undefined);
    expect(objectionTo({ prefix: '', after: 0, changes: decided })).to.equal(undefined);
  });

  it('object to a change that is left out, at the beginning, within and at the end', () => {
    const [first = put('', 0), second = first, third = first] = [
      put('a2', 3),
      removal('a1', 3),
      put('a2', 5),
    ];
    for (const changes of [
      [second, third],
      [first, third],
      [first, second],
    ]) {
      expect(objectionTo({ changes })).to.include('shows every change once');
    }
  });

  it('object to changes that are repeated, in another order, of other keys or of another value', () => {
    const [one, two, three] = [put('a2', 3), removal('a1', 3), put('a2', 5)] as const;
    for (const changes of [
      [one, one, two, three],
      [two, one, three],
      [one, two, put('b', 4), three],
      [one, two, put('a2', 5, 'other')],
      [one, put('a1', 3), three],
      [put('a1', 2), one, two, three],
    ]) {
      expect(objectionTo({ changes })).to.be.a('string');
    }
  });

  it('accept the entries that were present at the beginning, and object to others', () => {
    expect(objectionTo({ present: [put('a1', 2)] })).to.equal(undefined);
    expect(objectionTo({ after: 3, present: [put('a2', 3)], changes: [put('a2', 5)] })).to.equal(
      undefined,
    );
    for (const present of [[], [put('a1', 1)], [put('a1', 2), put('a2', 3)], [put('b', 1)]]) {
      expect(objectionTo({ present })).to.include('begins with what is present');
    }
  });
});
