import { expect } from 'chai';
import { ballot, CheckedNodes, incarnation, value } from './checked-nodes.ts';

describe('State invariants', () => {
  it('accept one value that a quorum votes for, that is noted and applied', () => {
    const nodes = new CheckedNodes();
    nodes.promise(0, 1, 0);
    nodes.decide(0, 'a');
    nodes.write(2, { type: 'decided', seq: 0, value: value('a') });
    nodes.write(0, { type: 'decided', seq: 0 });
    for (const node of [0, 1, 2]) nodes.apply(node, 0);
    nodes.write(1, { type: 'forgotten', min: 1 });
    expect(nodes.broken).to.equal(undefined);
    expect(nodes.decided).to.deep.equal([0]);
  });

  it('decide nothing by votes of different ballots', () => {
    const nodes = new CheckedNodes();
    nodes.vote(0, 1, 'a');
    nodes.vote(1, 2, 'a');
    expect(nodes.decided).to.deep.equal([]);
  });

  it('object to a second value with a quorum', () => {
    const nodes = new CheckedNodes();
    nodes.decide(0, 'a');
    nodes.vote(1, 2, 'b');
    expect(nodes.broken).to.equal(undefined);
    nodes.vote(2, 2, 'b');
    expect(nodes.broken).to.equal('agreement');
  });

  it('object to a second value at one ballot', () => {
    const nodes = new CheckedNodes();
    nodes.vote(0, 1, 'a');
    nodes.vote(1, 1, 'b');
    expect(nodes.broken).to.equal('one value per ballot');
  });

  it('object to a promise that sinks, by a promise and by a vote', () => {
    for (const sink of ['promise', 'vote'] as const) {
      const nodes = new CheckedNodes();
      nodes.promise(0, 2, 1);
      if (sink === 'promise') nodes.promise(0, 2, 0);
      else nodes.vote(0, 1, 'a');
      expect(nodes.broken).to.equal('a promise never sinks');
    }
  });

  it('object to a promise below the own vote', () => {
    const nodes = new CheckedNodes();
    nodes.vote(0, 2, 'a');
    nodes.promise(0, 1, 1);
    expect(nodes.broken).to.equal('a promise never sinks');
  });

  it('object to a promise below that for the whole log, and to a lower one for the log', () => {
    for (const round of [3, 4]) {
      const nodes = new CheckedNodes();
      nodes.write(0, { type: 'logPromised', ballot: ballot(4, 1) });
      if (round === 4) nodes.promise(0, round, 2, 9);
      else nodes.promise(0, round, 1, 9);
      expect(nodes.broken).to.equal(round === 4 ? undefined : 'a promise never sinks');
    }
    const log = new CheckedNodes();
    log.write(0, { type: 'logPromised', ballot: ballot(4, 1) });
    log.write(0, { type: 'logPromised', ballot: ballot(4, 0) });
    expect(log.broken).to.equal('a promise never sinks');
  });

  it('object to a log promise without memory', () => {
    const nodes = new CheckedNodes();
    nodes.state.onMemoryLost(0, 'journal');
    nodes.write(0, { type: 'logPromised', ballot: ballot(4, 1) });
    expect(nodes.broken).to.equal('no node takes part where it may have forgotten votes');
  });

  it('object to a note of what no quorum voted for, or of another value', () => {
    const early = new CheckedNodes();
    early.vote(0, 1, 'a');
    early.write(0, { type: 'decided', seq: 0 });
    expect(early.broken).to.equal('only what a quorum voted for is noted as decided');
    const other = new CheckedNodes();
    other.decide(0, 'a');
    other.write(2, { type: 'decided', seq: 0, value: value('b') });
    expect(other.broken).to.equal('only what a quorum voted for is noted as decided');
  });

  it('object to applying what no quorum voted for, and to going back', () => {
    const early = new CheckedNodes();
    early.apply(0, 0);
    expect(early.broken).to.equal('only what a quorum voted for is applied');
    const back = new CheckedNodes();
    back.decide(0, 'a');
    back.apply(0, 0);
    back.apply(0, 0);
    expect(back.broken).to.equal('applied positions only rise');
  });

  it('object to different states at one position', () => {
    const nodes = new CheckedNodes();
    nodes.decide(0, 'a');
    nodes.apply(0, 0, 'this');
    nodes.apply(1, 0, 'that');
    expect(nodes.broken).to.equal('states are equal at equal positions');
  });

  it('object to forgetting what the state of the node does not hold', () => {
    const nodes = new CheckedNodes();
    nodes.decide(0, 'a');
    for (const node of [0, 1]) nodes.apply(node, 0);
    nodes.write(0, { type: 'forgotten', min: 1 });
    expect(nodes.broken).to.equal(undefined);
    nodes.write(2, { type: 'forgotten', min: 1 });
    expect(nodes.broken).to.equal('a node forgets only what its own state holds');
  });

  it('object to taking part without memory, and up to the voting floor', () => {
    const without = new CheckedNodes();
    without.state.onMemoryLost(2, 'both');
    without.write(2, incarnation(2, undefined));
    without.promise(2, 1, 0);
    expect(without.broken).to.equal('no node takes part where it may have forgotten votes');
    const fenced = new CheckedNodes();
    fenced.rejoin(2, 0);
    fenced.promise(2, 1, 0);
    expect(fenced.broken).to.equal('no node takes part where it may have forgotten votes');
  });

  it('object to an admission by too few, or by nodes without memory', () => {
    for (const admitters of [[0], [0, 1]]) {
      const nodes = new CheckedNodes();
      nodes.state.onMemoryLost(2, 'journal');
      if (admitters.length > 1) nodes.state.onMemoryLost(1, 'journal');
      for (const admitter of admitters) nodes.admit(admitter, 2, 2);
      nodes.write(2, incarnation(2, 9));
      expect(nodes.broken).to.equal('a node is admitted only by a quorum of others with memory');
    }
  });

  it('object to a voting floor below a decision that needs a lost vote', () => {
    const nodes = new CheckedNodes();
    nodes.decide(3, 'a');
    nodes.rejoin(1, 2);
    expect(nodes.broken).to.equal(
      'a voting floor lies above every decision that needs a lost vote',
    );
  });

  it('count a lost vote up to the voting floor, and not above', () => {
    const nodes = new CheckedNodes();
    for (const seq of [0, 1]) nodes.vote(2, 1, 'a', { seq });
    nodes.rejoin(2, 0);
    for (const seq of [0, 1]) nodes.vote(1, 1, 'a', { seq });
    expect(nodes.decided).to.deep.equal([0]);
    nodes.promise(2, 1, 1, 1);
    expect(nodes.broken).to.equal(undefined);
  });

  it('let a lost state start again', () => {
    const nodes = new CheckedNodes();
    nodes.decide(0, 'a');
    nodes.apply(0, 0);
    nodes.state.onMemoryLost(0, 'state');
    nodes.apply(0, 0);
    expect(nodes.broken).to.equal(undefined);
  });

  it('ignore a write that was lost', () => {
    const nodes = new CheckedNodes();
    nodes.state.onWrite(0, 'lost', [{ type: 'promised', seq: 0, ballot: ballot(5, 0) }]);
    nodes.promise(0, 1, 0);
    expect(nodes.broken).to.equal(undefined);
  });
});
