import { RequestTurns } from '@paxkv/kvserver/internal/budget/request-turns';
import { expect } from 'chai';

describe('RequestTurns', () => {
  const [greedy, honest] = [{ principal: 'loopback' }, { principal: 'loopback' }];
  let nowMs: number;
  let turns: RequestTurns;
  let later: (() => void)[];
  let begun: string[];

  beforeEach(() => {
    [nowMs, later, begun] = [0, [], []];
    turns = new RequestTurns({ now: () => nowMs, later: (callback) => later.push(callback) });
  });

  /** A request that takes a millisecond. */
  function request(name: string): () => void {
    return () => {
      begun.push(name);
      nowMs += 1;
    };
  }

  function nextTurn(): void {
    for (const callback of later.splice(0)) callback();
  }

  it('begins a request at once', () => {
    turns.run(honest, request('a'));
    expect(begun).to.deep.equal(['a']);
  });

  it('begins a few milliseconds of requests in a turn of the event loop, and the others in later ones', () => {
    for (let number = 0; number < 100; number += 1) turns.run(greedy, request(`${number}`));
    expect(begun).to.have.lengthOf(5);
    let turnCount = 0;
    for (; later.length > 0; turnCount += 1) {
      const before = begun.length;
      nextTurn();
      expect(begun.length - before).to.be.at.most(5);
    }
    expect(begun).to.deep.equal(Array.from({ length: 100 }, (_, number) => `${number}`));
    expect(turnCount).to.be.within(19, 21);
  });

  it('lets a client with one request wait for a turn of each other one at most', () => {
    for (let number = 0; number < 100; number += 1) turns.run(greedy, request('greedy'));
    turns.run(honest, request('honest'));
    const before = begun.length;
    nextTurn();
    expect(begun.slice(before)).to.include('honest');
  });

  it('tells each request when it came', () => {
    const times: number[] = [];
    for (let number = 0; number < 12; number += 1) {
      turns.run(greedy, (cameMs) => {
        times.push(cameMs);
        nowMs += 1;
      });
    }
    while (later.length > 0) nextTurn();
    expect(times).to.deep.equal([0, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5]);
  });

  it('begins nothing before what waits, even in a new slice', () => {
    for (let number = 0; number < 7; number += 1) turns.run(greedy, request(`${number}`));
    nowMs += 100;
    turns.run(greedy, request('last'));
    while (later.length > 0) nextTurn();
    expect(begun.at(-1)).to.equal('last');
  });

  it('has a whole slice again in each turn, and asks for no turn without requests', () => {
    turns.run(greedy, request('a'));
    nowMs += 100;
    nextTurn();
    expect(later).to.deep.equal([]);
    turns.run(greedy, request('b'));
    expect(begun).to.deep.equal(['a', 'b']);
  });
});
