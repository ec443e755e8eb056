import { expect } from 'chai';
import { ballot, incarnation, Judged, value } from './judged.ts';

describe('State invariants', () => {
  it('find nothing wrong with one value that a quorum votes for, is noted and applied', () => {
    const judged = new Judged();
    judged.promise(0, 1, 0);
    judged.decide(0, 'a');
    judged.write(2, { type: 'decided', seq: 0, value: value('a') });
    judged.write(0, { type: 'decided', seq: 0 });
    for (const node of [0, 1, 2]) judged.apply(node, 0);
    judged.write(1, { type: 'forgotten', min: 1 });
    expect(judged.broken).to.equal(undefined);
    expect(judged.decided).to.deep.equal([0]);
  });

  it('decide nothing by votes of different ballots', () => {
    const judged = new Judged();
    judged.vote(0, 1, 'a');
    judged.vote(1, 2, 'a');
    expect(judged.decided).to.deep.equal([]);
  });

  it('object to a second value with a quorum', () => {
    const judged = new Judged();
    judged.decide(0, 'a');
    judged.vote(1, 2, 'b');
    expect(judged.broken).to.equal(undefined);
    judged.vote(2, 2, 'b');
    expect(judged.broken).to.equal('agreement');
  });

  it('object to a second value at one ballot', () => {
    const judged = new Judged();
    judged.vote(0, 1, 'a');
    judged.vote(1, 1, 'b');
    expect(judged.broken).to.equal('one value a ballot');
  });

  it('object to a promise that sinks, by a promise and by a vote', () => {
    for (const sink of ['promise', 'vote'] as const) {
      const judged = new Judged();
      judged.promise(0, 2, 1);
      if (sink === 'promise') judged.promise(0, 2, 0);
      else judged.vote(0, 1, 'a');
      expect(judged.broken).to.equal('a promise never sinks');
    }
  });

  it('object to a promise below the own vote', () => {
    const judged = new Judged();
    judged.vote(0, 2, 'a');
    judged.promise(0, 1, 1);
    expect(judged.broken).to.equal('a promise never sinks');
  });

  it('object to a promise below that for the whole log, and to a lower one for the log', () => {
    for (const round of [3, 4]) {
      const judged = new Judged();
      judged.write(0, { type: 'logPromised', ballot: ballot(4, 1) });
      if (round === 4) judged.promise(0, round, 2, 9);
      else judged.promise(0, round, 1, 9);
      expect(judged.broken).to.equal(round === 4 ? undefined : 'a promise never sinks');
    }
    const log = new Judged();
    log.write(0, { type: 'logPromised', ballot: ballot(4, 1) });
    log.write(0, { type: 'logPromised', ballot: ballot(4, 0) });
    expect(log.broken).to.equal('a promise never sinks');
  });

  it('object to following without memory', () => {
    const judged = new Judged();
    judged.state.onMemoryLost(0, 'journal');
    judged.write(0, { type: 'logPromised', ballot: ballot(4, 1) });
    expect(judged.broken).to.equal('nobody takes part in what it may have forgotten');
  });

  it('object to a note of what no quorum voted for, or of another value', () => {
    const early = new Judged();
    early.vote(0, 1, 'a');
    early.write(0, { type: 'decided', seq: 0 });
    expect(early.broken).to.equal('only what a quorum voted for is noted as decided');
    const other = new Judged();
    other.decide(0, 'a');
    other.write(2, { type: 'decided', seq: 0, value: value('b') });
    expect(other.broken).to.equal('only what a quorum voted for is noted as decided');
  });

  it('object to applying what no quorum voted for, and to going back', () => {
    const early = new Judged();
    early.apply(0, 0);
    expect(early.broken).to.equal('only what a quorum voted for is applied');
    const back = new Judged();
    back.decide(0, 'a');
    back.apply(0, 0);
    back.apply(0, 0);
    expect(back.broken).to.equal('applied positions only grow');
  });

  it('object to different states at one position', () => {
    const judged = new Judged();
    judged.decide(0, 'a');
    judged.apply(0, 0, 'this');
    judged.apply(1, 0, 'that');
    expect(judged.broken).to.equal('states are equal at equal positions');
  });

  it('object to forgetting what some node has not applied', () => {
    const judged = new Judged();
    judged.decide(0, 'a');
    for (const node of [0, 1]) judged.apply(node, 0);
    judged.write(0, { type: 'forgotten', min: 1 });
    expect(judged.broken).to.equal('only what every node has applied is forgotten');
  });

  it('object to taking part without memory, and up to the votingFloor', () => {
    const without = new Judged();
    without.state.onMemoryLost(2, 'both');
    without.write(2, incarnation(2, undefined));
    without.promise(2, 1, 0);
    expect(without.broken).to.equal('nobody takes part in what it may have forgotten');
    const fenced = new Judged();
    fenced.rejoin(2, 0);
    fenced.promise(2, 1, 0);
    expect(fenced.broken).to.equal('nobody takes part in what it may have forgotten');
  });

  it('object to coming back by the word of too few, or of those without memory', () => {
    for (const admitters of [[0], [0, 1]]) {
      const judged = new Judged();
      judged.state.onMemoryLost(2, 'journal');
      if (admitters.length > 1) judged.state.onMemoryLost(1, 'journal');
      for (const admitter of admitters) judged.admit(admitter, 2, 2);
      judged.write(2, incarnation(2, 9));
      expect(judged.broken).to.equal('nobody comes back but by a quorum of others that remember');
    }
  });

  it('object to a votingFloor below what was decided by a vote that is lost', () => {
    const judged = new Judged();
    judged.decide(3, 'a');
    judged.rejoin(1, 2);
    expect(judged.broken).to.equal(
      'a votingFloor lies above all that was decided by a vote that is lost',
    );
  });

  it('let a lost vote stand up to the votingFloor, and count it no more above', () => {
    const judged = new Judged();
    for (const seq of [0, 1]) judged.vote(2, 1, 'a', { seq });
    judged.rejoin(2, 0);
    for (const seq of [0, 1]) judged.vote(1, 1, 'a', { seq });
    expect(judged.decided).to.deep.equal([0]);
    judged.promise(2, 1, 1, 1);
    expect(judged.broken).to.equal(undefined);
  });

  it('let a state that was lost begin anew', () => {
    const judged = new Judged();
    judged.decide(0, 'a');
    judged.apply(0, 0);
    judged.state.onMemoryLost(0, 'state');
    judged.apply(0, 0);
    expect(judged.broken).to.equal(undefined);
  });

  it('hear nothing of a write that was lost', () => {
    const judged = new Judged();
    judged.state.onWrite(0, 'lost', [{ type: 'promised', seq: 0, ballot: ballot(5, 0) }]);
    judged.promise(0, 1, 0);
    expect(judged.broken).to.equal(undefined);
  });
});
