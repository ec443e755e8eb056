import { FairQueue, type Verdict } from '@paxkv/kvserver/internal/budget/fair-queue';
import { expect } from 'chai';
import { bytesKeptByEach, leakBytesMin } from '../../kept-memory.ts';

interface Item {
  readonly name: string;
  readonly cost: number;
}

const client = (principal: string) => ({ principal });

describe('FairQueue', () => {
  let queue: FairQueue<Item>;
  let served: string[];

  beforeEach(() => {
    queue = new FairQueue();
    served = [];
  });

  function add(to: { principal: string }, name: string, count: number, cost = 2048): void {
    for (let index = 0; index < count; index += 1) queue.add(to, { name, cost });
  }

  /** Serves `count` items, or all. */
  function serve(count = Number.POSITIVE_INFINITY): string[] {
    let left = count;
    queue.serve((item) => {
      if (left === 0) return 'enough';
      left -= 1;
      served.push(item.name);
      return item.cost;
    });
    return served.splice(0);
  }

  it('serves the items of one client in order, up to what is wanted', () => {
    for (const name of ['1', '2', '3', '4', '5']) add(client('a'), name, 1);
    const all = [...queue].map(({ name }) => name);
    expect(all).to.deep.equal(['1', '2', '3', '4', '5']);
    queue = new FairQueue();
    const one = client('a');
    for (const name of ['1', '2', '3', '4', '5']) add(one, name, 1);
    expect(serve(3)).to.deep.equal(['1', '2', '3']);
    expect(serve()).to.deep.equal(['4', '5']);
    expect(queue.size).to.equal(0);
  });

  it('lets a client with one item wait for a turn of each other one at most', () => {
    for (let greedy = 0; greedy < 4; greedy += 1) add(client('same'), 'greedy', 4000);
    add(client('same'), 'honest', 1);
    expect(serve(20).indexOf('honest')).to.be.within(0, 8);
  });

  it('shares between principals first, however many connections one has', () => {
    for (let connection = 0; connection < 100; connection += 1) add(client('many'), 'many', 50);
    const other = client('other');
    add(other, 'other', 50);
    const counts = serve(60).filter((name) => name === 'other').length;
    expect(counts).to.be.within(25, 35);
  });

  it('shares by cost, not by number', () => {
    add(client('a'), 'large', 100, 1_048_576);
    add(client('b'), 'small', 10_000, 4096);
    const names = serve(520);
    expect(names.filter((name) => name === 'large').length).to.be.within(2, 4);
  });

  it('keeps what is kept or blocked, and goes on with others', () => {
    const [a, b] = [client('a'), client('b')];
    for (const name of ['a kept', 'a taken', 'a blocked', 'a never']) add(a, name, 1, 1);
    add(b, 'b taken', 1, 1);
    const verdicts: Record<string, Verdict> = { 'a kept': 'kept', 'a blocked': 'blocked' };
    queue.serve(({ name }) => {
      served.push(name);
      return verdicts[name] ?? 1;
    });
    expect(served.splice(0)).to.have.members(['a kept', 'a taken', 'a blocked', 'b taken']);
    expect([...queue].map(({ name }) => name)).to.deep.equal(['a kept', 'a blocked', 'a never']);
    expect(serve()).to.deep.equal(['a kept', 'a blocked', 'a never']);
  });

  it('serves no item that was removed, and removes each once', () => {
    const one = client('a');
    const place = queue.add(one, { name: 'gone', cost: 1 });
    add(one, 'stays', 1);
    queue.delete(place);
    queue.delete(place);
    expect([queue.size, ...serve()]).to.deep.equal([1, 'stays']);
  });

  it('ends though the items of a client that is in debt are removed between its turns', () => {
    const [debtor, other] = [client('a'), client('b')];
    add(debtor, 'costly', 1, 1_000_000);
    const place = queue.add(debtor, { name: 'gone', cost: 1 });
    add(other, 'blocked', 2);
    queue.serve(({ name, cost }) => {
      if (name === 'blocked') return 'blocked';
      queue.delete(place);
      return cost;
    });
    expect(queue.size).to.equal(2);
    add(debtor, 'later', 1, 1);
    const last = queue.add(debtor, { name: 'last', cost: 1_000_000 });
    queue.serve(({ name, cost }) => {
      if (name === 'later') queue.delete(last);
      return name === 'blocked' ? 'blocked' : cost;
    });
    expect([...queue].map(({ name }) => name)).to.deep.equal(['blocked', 'blocked']);
  });

  it('never lets a client save up turns', () => {
    const idle = client('idle');
    add(idle, 'idle', 1, 1);
    for (let round = 0; round < 50; round += 1) queue.serve(() => 'blocked');
    add(idle, 'idle', 500);
    add(client('busy'), 'busy', 500);
    const names = serve(40);
    expect(names.filter((name) => name === 'idle').length).to.be.within(15, 25);
  });

  it('forgets clients whose items were all removed, also while nothing is served', async function () {
    this.timeout(60_000);
    const staying = [client('a'), client('b'), client('a')];
    for (const [index, one] of staying.entries()) add(one, `${index}`, 1);
    const bytes = await bytesKeptByEach((index) => {
      const gone = client(`user ${index % 7}`);
      const places = [1, 2].map(() => queue.add(gone, { name: 'gone', cost: 1 }));
      for (const place of places) queue.delete(place);
    });
    expect(bytes).to.be.below(leakBytesMin);
    expect(queue.size).to.equal(3);
    expect(serve()).to.deep.equal(['0', '1', '2']);
  });

  it('offers each item once if clients come while it serves', () => {
    for (let index = 0; index < 100; index += 1) add(client('a'), `${index}`, 1);
    const names: string[] = [];
    queue.serve(({ name }) => {
      names.push(name);
      const place = queue.add(client('b'), { name: 'gone', cost: 1 });
      queue.delete(place);
      return 1;
    });
    expect(names).to.have.length(100);
    expect(queue.size).to.equal(0);
  });

  it('serves nothing from an empty queue', () => {
    expect(serve()).to.deep.equal([]);
  });
});
