import { Turns } from '@paxkv/kvserver/internal/storage/state/turns';
import { expect } from 'chai';

describe('Turns', () => {
  it('run one after the other, also after one that failed', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const action = (name: string, isFailing = false) =>
      turns.take(async () => {
        log.push(`${name} begins`);
        await new Promise(setImmediate);
        log.push(`${name} ends`);
        if (isFailing) throw new Error(name);
        return name;
      });
    const all = await Promise.allSettled([action('a'), action('b', true), action('c')]);
    expect(all.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    expect(log).to.deep.equal(
      ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });
});
