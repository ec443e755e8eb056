import { expect } from 'chai';
import { ballot, Judged, value } from './judged.ts';

/** Node 0 prepares at round 1, and so many others promise. */
function prepared(promiserCount: number): Judged {
  const judged = new Judged();
  judged.send(0, { type: 'prepare', seq: 0, ballot: ballot(1, 0) });
  for (let node = 0; node < promiserCount; node += 1) judged.promise(node, 1, 0);
  return judged;
}

describe('Step invariants', () => {
  it('find nothing wrong with an instance as it should be', () => {
    const judged = prepared(2);
    judged.send(1, { type: 'promised', seq: 0, ballot: ballot(1, 0) });
    judged.send(0, { type: 'accept', seq: 0, ballot: ballot(1, 0), value: value('a') });
    judged.decide(0, 'a');
    judged.send(1, { type: 'accepted', seq: 0, ballot: ballot(1, 0) });
    judged.send(0, { type: 'decided', seq: 0, ballot: ballot(1, 0) });
    judged.send(0, { type: 'decided', seq: 0, ballot: ballot(1, 0), value: value('a') });
    judged.send(2, { type: 'learned', seq: 0, values: [value('a')] });
    for (const node of [0, 1, 2]) judged.apply(node, 0);
    judged.send(2, { type: 'learn', seq: 1, count: 1 }, { done: 0, min: 1 });
    expect(judged.broken).to.equal(undefined);
  });

  it('object to a ballot that is not reserved', () => {
    const judged = new Judged();
    judged.send(0, { type: 'prepare', seq: 0, ballot: ballot(101, 0) });
    expect(judged.broken).to.equal('a ballot is durable before anyone hears of it');
  });

  it('object to a ballot of another incarnation of the program, and of another node', () => {
    const judged = prepared(0);
    judged.send(0, { type: 'prepare', seq: 0, ballot: ballot(1, 0) });
    expect(judged.broken, 'said twice').to.equal(undefined);
    judged.step.onStarted(0, 2);
    judged.send(0, { type: 'prepare', seq: 0, ballot: ballot(1, 0) });
    expect(judged.broken).to.equal('no ballot is used twice');
    const other = new Judged();
    other.send(1, { type: 'prepare', seq: 0, ballot: ballot(1, 0) });
    expect(other.broken).to.equal('no ballot is used twice');
  });

  it('object to a promise that is not durable', () => {
    const judged = prepared(1);
    judged.send(1, { type: 'promised', seq: 0, ballot: ballot(1, 0) });
    expect(judged.broken).to.equal('a promise is durable before it is given');
  });

  it('object to a promise that conceals the vote, or tells of an older one', () => {
    for (const told of [undefined, { ballot: ballot(1, 0), value: value('a') }]) {
      const judged = new Judged();
      judged.vote(1, 1, 'a');
      judged.vote(1, 2, 'b');
      judged.promise(1, 3, 0);
      judged.send(1, {
        ...{ type: 'promised', seq: 0, ballot: ballot(3, 0) },
        ...(told && { vote: told }),
      });
      expect(judged.broken).to.equal('a promise conceals no vote');
    }
  });

  it('object to a promise that tells of a vote never cast', () => {
    const judged = prepared(2);
    const vote = { ballot: ballot(1, 2), value: value('x') };
    judged.send(1, { type: 'promised', seq: 0, ballot: ballot(1, 0), vote });
    expect(judged.broken).to.equal('a promise invents no vote');
  });

  it('object to a proposal without a quorum of promises', () => {
    const judged = prepared(1);
    judged.send(0, { type: 'accept', seq: 0, ballot: ballot(1, 0), value: value('a') });
    expect(judged.broken).to.equal('a proposal carries the value of the highest vote of a quorum');
  });

  it('object to a proposal by promises that its proposer has not heard', () => {
    const judged = prepared(1);
    judged.write(1, { type: 'promised', seq: 0, ballot: ballot(1, 0) });
    judged.send(0, { type: 'accept', seq: 0, ballot: ballot(1, 0), value: value('a') });
    expect(judged.broken).to.equal('a proposal carries the value of the highest vote of a quorum');
  });

  it('do not mind the value at a ballot that can win no more', () => {
    const judged = new Judged();
    judged.vote(0, 1, 'low');
    judged.vote(2, 5, 'high');
    for (const node of [0, 1]) judged.follow(node, 2, 1);
    judged.send(1, { type: 'accept', seq: 0, ballot: ballot(2, 1), value: value('high') });
    expect(judged.broken).to.equal(undefined);
  });

  it('object to another value than that of the highest vote', () => {
    for (const [text, isRight] of [
      ['higher', true],
      ['lower', false],
      ['own', false],
    ] as const) {
      const judged = new Judged();
      judged.vote(0, 1, 'lower');
      judged.vote(1, 1, 'higher', { peer: 1 });
      judged.promise(0, 2, 2);
      judged.promise(1, 2, 2);
      judged.send(2, { type: 'accept', seq: 0, ballot: ballot(2, 2), value: value(text) });
      expect(judged.broken === undefined, text).to.equal(isRight);
    }
  });

  it('object to a second value at one ballot', () => {
    const judged = prepared(2);
    judged.send(0, { type: 'accept', seq: 0, ballot: ballot(1, 0), value: value('a') });
    judged.send(0, { type: 'accept', seq: 0, ballot: ballot(1, 0), value: value('b') });
    expect(judged.broken).to.equal('one value a ballot');
  });

  it('object to a vote that is not durable', () => {
    const judged = prepared(2);
    judged.send(1, { type: 'accepted', seq: 0, ballot: ballot(1, 0) });
    expect(judged.broken).to.equal('a vote is durable before it is given');
  });

  it('object to a decision told that is none, in all three ways to tell', () => {
    const messages = [
      { type: 'decided', seq: 0, ballot: ballot(1, 0) },
      { type: 'decided', seq: 0, ballot: ballot(1, 0), value: value('a') },
      { type: 'learned', seq: 0, values: [value('a')] },
    ] as const;
    for (const message of messages) {
      const judged = prepared(2);
      judged.vote(0, 1, 'a');
      judged.send(0, message);
      expect(judged.broken, message.type).to.equal(
        'only what a quorum voted for is told as decided',
      );
    }
  });

  it('object to a host that is done with what is not durable in its state', () => {
    const judged = new Judged();
    judged.send(0, { type: 'learn', seq: 0, count: 1 }, { done: 0 });
    expect(judged.broken).to.equal('a host is done only with what is durable in its state');
  });

  it('object to a minimum that some node has not reached', () => {
    const judged = new Judged();
    judged.send(0, { type: 'learn', seq: 0, count: 1 }, { min: 1 });
    expect(judged.broken).to.equal('only what every node has applied is forgotten');
  });

  it('let a node without memory prepare again where it only prepared', () => {
    const judged = prepared(0);
    judged.rejoin(0, -1);
    judged.step.onStarted(0, 2);
    judged.write(0, { type: 'reserved', round: 100 });
    judged.send(0, { type: 'prepare', seq: 0, ballot: ballot(1, 0) });
    expect(judged.broken).to.equal(undefined);
  });

  it('object to a proposal up to the votingFloor, in both phases', () => {
    const at = { seq: 3, ballot: ballot(1, 0) };
    for (const message of [
      { type: 'prepare', ...at },
      { type: 'accept', ...at, value: value('a') },
    ] as const) {
      const judged = prepared(0);
      judged.rejoin(0, 3);
      judged.step.onStarted(0, 2);
      judged.write(0, { type: 'reserved', round: 100 });
      judged.send(0, message);
      expect(judged.broken).to.equal('nobody takes part in what it may have forgotten');
    }
  });

  it('object to an incarnation that is not durable', () => {
    const judged = new Judged();
    judged.send(0, { type: 'admit', incarnation: 2, attempt: 1 });
    expect(judged.broken).to.equal('a new incarnation is durable before anyone hears of it');
  });

  it('object to an admission that is not durable, or by one without memory', () => {
    const to = { incarnation: 2, attempt: 1, isNew: false } as const;
    const admitted = { type: 'admitted', max: 0, round: 0, ...to } as const;
    const early = new Judged();
    early.send(0, { ...admitted, isMember: true });
    expect(early.broken).to.equal('an admission is durable before it is given');
    const forgetful = new Judged();
    forgetful.state.onMemoryLost(0, 'journal');
    forgetful.admit(0, 1, 2);
    forgetful.send(0, { ...admitted, isMember: false });
    expect(forgetful.broken).to.equal(undefined);
    forgetful.send(0, { ...admitted, isMember: true });
    expect(forgetful.broken).to.equal('nobody pretends to remember');
  });

  it('find nothing wrong with a leader as it should be', () => {
    const judged = new Judged();
    judged.vote(1, 1, 'old', { seq: 7 });
    judged.send(0, { type: 'prepareLog', ballot: ballot(2, 0) });
    for (const node of [0, 1]) judged.follow(node, 2, 0);
    const vote = { ballot: ballot(1, 0), value: value('old') };
    const votes = [{ seq: 7, vote }];
    judged.send(1, { type: 'logPromised', ballot: ballot(2, 0), firstSeq: 5, votes });
    judged.send(0, { type: 'heartbeat', ballot: ballot(2, 0) });
    judged.send(0, { type: 'accept', seq: 7, ballot: ballot(2, 0), value: value('old') });
    judged.send(0, { type: 'accept', seq: 8, ballot: ballot(2, 0), value: value('new') });
    expect(judged.broken).to.equal(undefined);
  });

  it('object to a leader that goes on with another value than was voted for', () => {
    const judged = new Judged();
    judged.vote(1, 1, 'old', { seq: 7 });
    for (const node of [0, 1]) judged.follow(node, 2, 0);
    judged.send(0, { type: 'accept', seq: 7, ballot: ballot(2, 0), value: value('new') });
    expect(judged.broken).to.equal('a proposal carries the value of the highest vote of a quorum');
  });

  it('object to a log promise that is not durable, or conceals a vote', () => {
    const followed = { type: 'logPromised', ballot: ballot(2, 0), firstSeq: 5, votes: [] } as const;
    const early = new Judged();
    early.send(1, followed);
    expect(early.broken).to.equal('a promise is durable before it is given');
    for (const [seq, isHidden] of [
      [4, false],
      [5, true],
    ] as const) {
      const judged = new Judged();
      judged.vote(1, 1, 'old', { seq });
      judged.write(1, { type: 'logPromised', ballot: ballot(2, 0) });
      judged.send(1, followed);
      expect(judged.broken).to.equal(isHidden ? 'a promise conceals no vote' : undefined);
    }
  });

  it('object to a leader that no quorum follows', () => {
    const judged = new Judged();
    judged.write(0, { type: 'logPromised', ballot: ballot(2, 0) });
    judged.send(0, { type: 'heartbeat', ballot: ballot(2, 0) });
    expect(judged.broken).to.equal('only who a quorum follows leads');
  });

  it('object to talk without end', () => {
    const judged = new Judged();
    for (let count = 0; count <= 1_000_000; count += 1) {
      judged.send(0, { type: 'forgotten', seq: 0 });
    }
    expect(judged.broken).to.equal('nobody talks without end');
  });
});
