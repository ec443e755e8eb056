import { bytesOf } from '@paxkv/kvserver/internal/state-machine/sessions/kept-reply';
import {
  type CachedReply,
  ReplyCache,
} from '@paxkv/kvserver/internal/state-machine/sessions/reply-cache';
import { expect } from 'chai';

function cachedReply(number: number): CachedReply {
  return { number, digest: number, reply: { type: 'put', revision: number } };
}

function numbersIn(cache: ReplyCache): number[] {
  return Array.from(cache, ({ number }) => number);
}

describe('ReplyCache', () => {
  it('finds replies by their numbers, and iterates in that order, in any order of insertion', () => {
    const cache = new ReplyCache();
    for (const number of [5, 7, 6, 2, 9]) cache.add(cachedReply(number));
    expect(numbersIn(cache)).to.deep.equal([2, 5, 6, 7, 9]);
    for (const number of [2, 5, 6, 7, 9])
      expect(cache.get(number)).to.deep.equal(cachedReply(number));
    for (const number of [1, 3, 8, 10]) expect(cache.get(number)).to.equal(undefined);
    expect(cache.size).to.equal(5);
  });

  it('forgets replies below a number, whether it is in use or not', () => {
    const cache = new ReplyCache();
    for (const number of [1, 2, 4, 8]) cache.add(cachedReply(number));
    cache.deleteBelow(3);
    expect(numbersIn(cache)).to.deep.equal([4, 8]);
    cache.deleteBelow(4);
    expect([cache.get(2), cache.get(4), cache.size]).to.deep.equal([undefined, cachedReply(4), 2]);
    cache.add(cachedReply(3));
    expect(numbersIn(cache)).to.deep.equal([3, 4, 8]);
    cache.deleteBelow(100);
    expect([numbersIn(cache), cache.size]).to.deep.equal([[], 0]);
    cache.add(cachedReply(101));
    expect(numbersIn(cache)).to.deep.equal([101]);
  });

  it('counts more bytes for a refusal, whose row has its reason', () => {
    const [done, refused] = [new ReplyCache(), new ReplyCache()];
    done.add(cachedReply(1));
    refused.add({ ...cachedReply(1), reply: { type: 'refused', reason: 'tooLarge' } });
    expect(refused.bytes).to.equal(done.bytes + 'tooLarge'.length);
  });

  it('behaves like a Map under random operations', () => {
    const cache = new ReplyCache();
    const model = new Map<number, CachedReply>();
    for (let lowest = 1; lowest < 3_000; lowest += Math.floor(Math.random() * 3)) {
      cache.deleteBelow(lowest);
      for (const number of model.keys()) if (number < lowest) model.delete(number);
      const number = lowest + Math.floor(Math.random() * 200);
      expect(cache.get(number)).to.equal(model.get(number));
      if (!model.has(number)) {
        model.set(number, cachedReply(number));
        cache.add(model.get(number) ?? cachedReply(number));
      }
      expect(cache.size).to.equal(model.size);
      const bytes = [...model.values()].reduce((sum, cached) => sum + bytesOf(cached.reply), 0);
      expect(cache.bytes).to.equal(bytes);
      expect(numbersIn(cache)).to.deep.equal([...model.keys()].sort((a, b) => a - b));
    }
  });
});
