import { expect } from 'chai';
import { ballot, CheckedNodes, value } from './checked-nodes.ts';

/** Node 0 prepares at round 1, and so many others promise. */
function prepared(promiserCount: number): CheckedNodes {
  const nodes = new CheckedNodes();
  nodes.send(0, { type: 'prepare', seq: 0, ballot: ballot(1, 0) });
  for (let node = 0; node < promiserCount; node += 1) nodes.promise(node, 1, 0);
  return nodes;
}

describe('Step invariants', () => {
  it('accept a correct instance', () => {
    const nodes = prepared(2);
    nodes.send(1, { type: 'promised', seq: 0, ballot: ballot(1, 0) });
    nodes.send(0, { type: 'accept', seq: 0, ballot: ballot(1, 0), value: value('a') });
    nodes.decide(0, 'a');
    nodes.send(1, { type: 'accepted', seq: 0, ballot: ballot(1, 0) });
    nodes.send(0, { type: 'decided', seq: 0, ballot: ballot(1, 0) });
    nodes.send(0, { type: 'decided', seq: 0, ballot: ballot(1, 0), value: value('a') });
    nodes.send(2, { type: 'learned', seq: 0, values: [value('a')] });
    for (const node of [0, 1, 2]) nodes.apply(node, 0);
    nodes.send(2, { type: 'learn', seq: 1, count: 1 }, { done: 0, floor: 1, min: 1 });
    expect(nodes.broken).to.equal(undefined);
  });

  it('object to a ballot that is not reserved', () => {
    const nodes = new CheckedNodes();
    nodes.send(0, { type: 'prepare', seq: 0, ballot: ballot(101, 0) });
    expect(nodes.broken).to.equal('a ballot is durable before it is sent');
  });

  it('object to a ballot of another boot, and of another node', () => {
    const nodes = prepared(0);
    nodes.send(0, { type: 'prepare', seq: 0, ballot: ballot(1, 0) });
    expect(nodes.broken, 'said twice').to.equal(undefined);
    nodes.step.onStarted(0, 2);
    nodes.send(0, { type: 'prepare', seq: 0, ballot: ballot(1, 0) });
    expect(nodes.broken).to.equal('no ballot is used twice');
    const other = new CheckedNodes();
    other.send(1, { type: 'prepare', seq: 0, ballot: ballot(1, 0) });
    expect(other.broken).to.equal('no ballot is used twice');
  });

  it('object to a promise that is not durable', () => {
    const nodes = prepared(1);
    nodes.send(1, { type: 'promised', seq: 0, ballot: ballot(1, 0) });
    expect(nodes.broken).to.equal('a promise is durable before it is sent');
  });

  it('object to a promise that conceals the vote, or reports an older one', () => {
    for (const reported of [undefined, { ballot: ballot(1, 0), value: value('a') }]) {
      const nodes = new CheckedNodes();
      nodes.vote(1, 1, 'a');
      nodes.vote(1, 2, 'b');
      nodes.promise(1, 3, 0);
      const promised = { type: 'promised', seq: 0, ballot: ballot(3, 0) } as const;
      nodes.send(1, reported ? { ...promised, vote: reported } : promised);
      expect(nodes.broken).to.equal('a promise conceals no vote');
    }
  });

  it('object to a promise that reports a vote never cast', () => {
    const nodes = prepared(2);
    const vote = { ballot: ballot(1, 2), value: value('x') };
    nodes.send(1, { type: 'promised', seq: 0, ballot: ballot(1, 0), vote });
    expect(nodes.broken).to.equal('a promise invents no vote');
  });

  it('object to a proposal without a quorum of promises', () => {
    const nodes = prepared(1);
    nodes.send(0, { type: 'accept', seq: 0, ballot: ballot(1, 0), value: value('a') });
    expect(nodes.broken).to.equal('a proposal carries the value of the highest vote of a quorum');
  });

  it('object to a proposal by promises that did not reach its proposer', () => {
    const nodes = prepared(1);
    nodes.write(1, { type: 'promised', seq: 0, ballot: ballot(1, 0) });
    nodes.send(0, { type: 'accept', seq: 0, ballot: ballot(1, 0), value: value('a') });
    expect(nodes.broken).to.equal('a proposal carries the value of the highest vote of a quorum');
  });

  it('ignore the value at a ballot that cannot win any more', () => {
    const nodes = new CheckedNodes();
    nodes.vote(0, 1, 'low');
    nodes.vote(2, 5, 'high');
    for (const node of [0, 1]) nodes.promiseLog(node, 2, 1);
    nodes.send(1, { type: 'accept', seq: 0, ballot: ballot(2, 1), value: value('high') });
    expect(nodes.broken).to.equal(undefined);
  });

  it('object to another value than that of the highest vote', () => {
    for (const [text, isRight] of [
      ['higher', true],
      ['lower', false],
      ['own', false],
    ] as const) {
      const nodes = new CheckedNodes();
      nodes.vote(0, 1, 'lower');
      nodes.vote(1, 1, 'higher', { peer: 1 });
      nodes.promise(0, 2, 2);
      nodes.promise(1, 2, 2);
      nodes.send(2, { type: 'accept', seq: 0, ballot: ballot(2, 2), value: value(text) });
      expect(nodes.broken === undefined, text).to.equal(isRight);
    }
  });

  it('object to a second value at one ballot', () => {
    const nodes = prepared(2);
    nodes.send(0, { type: 'accept', seq: 0, ballot: ballot(1, 0), value: value('a') });
    nodes.send(0, { type: 'accept', seq: 0, ballot: ballot(1, 0), value: value('b') });
    expect(nodes.broken).to.equal('one value per ballot');
  });

  it('object to a vote that is not durable', () => {
    const nodes = prepared(2);
    nodes.send(1, { type: 'accepted', seq: 0, ballot: ballot(1, 0) });
    expect(nodes.broken).to.equal('a vote is durable before it is sent');
  });

  it('object to a message of a decision that is none, of all three types', () => {
    const messages = [
      { type: 'decided', seq: 0, ballot: ballot(1, 0) },
      { type: 'decided', seq: 0, ballot: ballot(1, 0), value: value('a') },
      { type: 'learned', seq: 0, values: [value('a')] },
    ] as const;
    for (const message of messages) {
      const nodes = prepared(2);
      nodes.vote(0, 1, 'a');
      nodes.send(0, message);
      expect(nodes.broken, message.type).to.equal(
        'only what a quorum voted for is sent as decided',
      );
    }
  });

  it('let a node without memory prepare again where it only prepared', () => {
    const nodes = prepared(0);
    nodes.rejoin(0, -1);
    nodes.step.onStarted(0, 2);
    nodes.write(0, { type: 'reserved', round: 100 });
    nodes.send(0, { type: 'prepare', seq: 0, ballot: ballot(1, 0) });
    expect(nodes.broken).to.equal(undefined);
  });

  it('object to a proposal up to the voting floor, in both phases', () => {
    const at = { seq: 3, ballot: ballot(1, 0) };
    for (const message of [
      { type: 'prepare', ...at },
      { type: 'accept', ...at, value: value('a') },
    ] as const) {
      const nodes = prepared(0);
      nodes.rejoin(0, 3);
      nodes.step.onStarted(0, 2);
      nodes.write(0, { type: 'reserved', round: 100 });
      nodes.send(0, message);
      expect(nodes.broken).to.equal('no node takes part where it may have forgotten votes');
    }
  });

  it('object to an incarnation that is not durable', () => {
    const nodes = new CheckedNodes();
    nodes.send(0, { type: 'admit', incarnation: 2, attempt: 1 });
    expect(nodes.broken).to.equal('a new incarnation is durable before it is sent');
  });

  it('object to an admission that is not durable, or by a node without memory', () => {
    const to = { incarnation: 2, attempt: 1, isNew: false } as const;
    const admitted = { type: 'admitted', max: 0, round: 0, ...to } as const;
    const early = new CheckedNodes();
    early.send(0, { ...admitted, isMember: true });
    expect(early.broken).to.equal('an admission is durable before it is sent');
    const forgetful = new CheckedNodes();
    forgetful.state.onMemoryLost(0, 'journal');
    forgetful.admit(0, 1, 2);
    forgetful.send(0, { ...admitted, isMember: false });
    expect(forgetful.broken).to.equal(undefined);
    forgetful.send(0, { ...admitted, isMember: true });
    expect(forgetful.broken).to.equal('only a member reports that it has memory');
  });

  it('accept a correct leader', () => {
    const nodes = new CheckedNodes();
    nodes.vote(1, 1, 'old', { seq: 7 });
    nodes.send(0, { type: 'prepareLog', ballot: ballot(2, 0) });
    for (const node of [0, 1]) nodes.promiseLog(node, 2, 0);
    const vote = { ballot: ballot(1, 0), value: value('old') };
    const votes = [{ seq: 7, vote }];
    nodes.send(1, { type: 'logPromised', ballot: ballot(2, 0), firstSeq: 5, votes });
    nodes.send(0, { type: 'heartbeat', ballot: ballot(2, 0) });
    nodes.send(0, { type: 'accept', seq: 7, ballot: ballot(2, 0), value: value('old') });
    nodes.send(0, { type: 'accept', seq: 8, ballot: ballot(2, 0), value: value('new') });
    expect(nodes.broken).to.equal(undefined);
  });

  it('object to a leader that proposes another value than was voted for', () => {
    const nodes = new CheckedNodes();
    nodes.vote(1, 1, 'old', { seq: 7 });
    for (const node of [0, 1]) nodes.promiseLog(node, 2, 0);
    nodes.send(0, { type: 'accept', seq: 7, ballot: ballot(2, 0), value: value('new') });
    expect(nodes.broken).to.equal('a proposal carries the value of the highest vote of a quorum');
  });

  it('object to a log promise that is not durable, or conceals a vote', () => {
    const promised = { type: 'logPromised', ballot: ballot(2, 0), firstSeq: 5, votes: [] } as const;
    const early = new CheckedNodes();
    early.send(1, promised);
    expect(early.broken).to.equal('a promise is durable before it is sent');
    for (const [seq, isHidden] of [
      [4, false],
      [5, true],
    ] as const) {
      const nodes = new CheckedNodes();
      nodes.vote(1, 1, 'old', { seq });
      nodes.write(1, { type: 'logPromised', ballot: ballot(2, 0) });
      nodes.send(1, promised);
      expect(nodes.broken).to.equal(isHidden ? 'a promise conceals no vote' : undefined);
    }
  });

  it('object to a leader without the log promises of a quorum', () => {
    const nodes = new CheckedNodes();
    nodes.write(0, { type: 'logPromised', ballot: ballot(2, 0) });
    nodes.send(0, { type: 'heartbeat', ballot: ballot(2, 0) });
    expect(nodes.broken).to.equal('a leader has the log promises of a quorum');
  });

  it('object to messages without end', () => {
    const nodes = new CheckedNodes();
    for (let count = 0; count <= 2_000_000; count += 1) {
      nodes.send(0, { type: 'forgotten', seq: 0 });
    }
    expect(nodes.broken).to.equal('no run sends messages without end');
  });
});
