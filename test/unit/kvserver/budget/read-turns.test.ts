import { ReadTurns } from '@paxkv/kvserver/internal/budget/read-turns';
import { expect } from 'chai';

/** A socket on which so much has arrived that each part takes a millisecond to handle. */
class FloodedSocket {
  readonly name: string;
  waitingCount: number;
  #isPaused = false;

  constructor(name: string, waitingCount: number) {
    this.name = name;
    this.waitingCount = waitingCount;
  }

  isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }
}

describe('ReadTurns', () => {
  let nowMs: number;
  let later: (() => void)[];
  let turns: ReadTurns;
  let sockets: FloodedSocket[];
  let read: string[];

  beforeEach(() => {
    [nowMs, later, sockets, read] = [0, [], [], []];
    turns = new ReadTurns({ now: () => nowMs, later: (callback) => later.push(callback) });
  });

  function socket(name: string, waitingCount: number, isHeld?: () => boolean): FloodedSocket {
    const added = new FloodedSocket(name, waitingCount);
    sockets.push(added);
    turns.add(added, isHeld);
    return added;
  }

  function greedy(count: number, waitingCount: number): void {
    for (let number = 0; number < count; number += 1) socket(`greedy ${number}`, waitingCount);
  }

  /** One turn of the event loop: reads each socket once, unless it is paused by then. Returns how many it read. */
  function turn(): number {
    const before = read.length;
    for (const each of sockets) {
      if (each.isPaused() || each.waitingCount === 0) continue;
      each.waitingCount -= 1;
      nowMs += 1;
      read.push(each.name);
      turns.onRead(each);
    }
    for (const callback of later.splice(0)) callback();
    return read.length - before;
  }

  it('reads all sockets in one turn if that takes no longer than a slice', () => {
    greedy(5, 1);
    expect(turn()).to.equal(5);
    expect(later).to.deep.equal([]);
  });

  it('reads a few milliseconds in a turn, and the other sockets in later ones', () => {
    greedy(100, 1);
    let turnCount = 0;
    for (; read.length < 100; turnCount += 1) expect(turn()).to.be.within(1, 6);
    expect(new Set(read).size).to.equal(100);
    expect(turnCount).to.be.within(17, 20);
  });

  it('reads no socket again before it has read each other one that waits', () => {
    greedy(50, 1000);
    socket('honest', 1);
    while (!read.includes('honest')) turn();
    expect(read).to.have.lengthOf(51);
  });

  it('reads everything in the end, and then pauses nothing and asks for no turn', () => {
    greedy(30, 7);
    while (read.length < 210) turn();
    turn();
    turn();
    expect(sockets.filter((each) => each.isPaused())).to.deep.equal([]);
    expect(later).to.deep.equal([]);
  });

  it('reads on while sockets have nothing to read', () => {
    for (let number = 0; number < 20; number += 1) socket(`idle ${number}`, 0);
    greedy(10, 100);
    for (let count = 0; count < 20; count += 1) expect(turn()).to.be.above(0);
  });

  /** Uses up the slice of this turn. */
  function useSlice(): void {
    const busy = socket('busy', 0);
    turns.onRead(busy);
    nowMs += 100;
    turns.onRead(busy);
  }

  function nextTurn(): void {
    for (const callback of later.splice(0)) callback();
  }

  it('resumes no socket that its owner paused, before or meanwhile', () => {
    let isHeld = false;
    const before = socket('paused before', 1);
    before.pause();
    const meanwhile = socket('paused meanwhile', 1, () => isHeld);
    const other = socket('other', 1);
    useSlice();
    expect(sockets.every((each) => each.isPaused())).to.equal(true);
    isHeld = true;
    while (later.length > 0) nextTurn();
    expect([before.isPaused(), meanwhile.isPaused(), other.isPaused()]).to.deep.equal([
      true,
      true,
      false,
    ]);
  });

  it('resumes a socket that it forgets, or that gets another owner', () => {
    const closed = socket('closed', 1);
    const passedOn = socket('passed on', 1);
    useSlice();
    expect([closed.isPaused(), passedOn.isPaused()]).to.deep.equal([true, true]);
    turns.remove(closed);
    turns.add(passedOn, () => true);
    expect([closed.isPaused(), passedOn.isPaused()]).to.deep.equal([false, false]);
  });
});
