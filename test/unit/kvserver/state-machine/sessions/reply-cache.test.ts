import {
  type CachedReply,
  ReplyCache,
} from '@paxkv/kvserver/internal/state-machine/sessions/reply-cache';
import { expect } from 'chai';

function deed(number: number): CachedReply {
  return { number, digest: number, reply: { type: 'put', revision: number } };
}

function numbersIn(deeds: ReplyCache): number[] {
  return Array.from(deeds, ({ number }) => number);
}

describe('Deeds', () => {
  it('are found by their numbers, and told in that order, in whatever order they were done', () => {
    const deeds = new ReplyCache();
    for (const number of [5, 7, 6, 2, 9]) deeds.add(deed(number));
    expect(numbersIn(deeds)).to.deep.equal([2, 5, 6, 7, 9]);
    for (const number of [2, 5, 6, 7, 9]) expect(deeds.get(number)).to.deep.equal(deed(number));
    for (const number of [1, 3, 8, 10]) expect(deeds.get(number)).to.equal(undefined);
    expect(deeds.size).to.equal(5);
  });

  it('are forgotten below a number, be it one of theirs or not', () => {
    const deeds = new ReplyCache();
    for (const number of [1, 2, 4, 8]) deeds.add(deed(number));
    deeds.deleteBelow(3);
    expect(numbersIn(deeds)).to.deep.equal([4, 8]);
    deeds.deleteBelow(4);
    expect([deeds.get(2), deeds.get(4), deeds.size]).to.deep.equal([undefined, deed(4), 2]);
    deeds.add(deed(3));
    expect(numbersIn(deeds)).to.deep.equal([3, 4, 8]);
    deeds.deleteBelow(100);
    expect([numbersIn(deeds), deeds.size]).to.deep.equal([[], 0]);
    deeds.add(deed(101));
    expect(numbersIn(deeds)).to.deep.equal([101]);
  });

  it('are as a Map is, whatever comes and goes', () => {
    const deeds = new ReplyCache();
    const model = new Map<number, CachedReply>();
    for (let lowest = 1; lowest < 3_000; lowest += Math.floor(Math.random() * 3)) {
      deeds.deleteBelow(lowest);
      for (const number of model.keys()) if (number < lowest) model.delete(number);
      const number = lowest + Math.floor(Math.random() * 200);
      expect(deeds.get(number)).to.equal(model.get(number));
      if (!model.has(number)) {
        model.set(number, deed(number));
        deeds.add(model.get(number) ?? deed(number));
      }
      expect(deeds.size).to.equal(model.size);
      expect(numbersIn(deeds)).to.deep.equal([...model.keys()].sort((a, b) => a - b));
    }
  });
});
