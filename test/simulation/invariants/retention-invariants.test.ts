import { expect } from 'chai';
import { CheckedNodes } from './checked-nodes.ts';

const learn = { type: 'learn', seq: 0, count: 1 } as const;

/** Nodes 0 and 1 have applied instance 0, and node 2 has not. */
function twoAhead(): CheckedNodes {
  const nodes = new CheckedNodes();
  nodes.decide(0, 'a');
  for (const node of [0, 1]) nodes.apply(node, 0);
  return nodes;
}

describe('Retention invariants', () => {
  it('accept a floor below which a quorum holds everything', () => {
    const nodes = twoAhead();
    nodes.send(0, learn, { done: 0, floor: 1, min: 1 });
    nodes.send(2, learn, { done: -1, floor: 1, min: 0 });
    expect(nodes.broken).to.equal(undefined);
  });

  it('object to a host that is done with what is not durable in its state', () => {
    const nodes = twoAhead();
    nodes.send(2, learn, { done: 0 });
    expect(nodes.broken).to.equal('a host is done only with what is durable in its state');
  });

  it('object to a floor below which a minority holds everything', () => {
    const nodes = new CheckedNodes();
    nodes.decide(0, 'a');
    nodes.apply(0, 0);
    nodes.send(0, learn, { done: 0, floor: 1 });
    expect(nodes.broken).to.equal('a quorum of states holds what lies below the floor');
  });

  it('count a node that lost its state with what it had', () => {
    const nodes = twoAhead();
    nodes.state.onMemoryLost(1, 'state');
    nodes.send(0, learn, { done: 0, floor: 1, min: 1 });
    expect(nodes.broken).to.equal(undefined);
  });

  it('object to a min above the floor', () => {
    const nodes = twoAhead();
    nodes.send(0, learn, { done: 0, floor: 0, min: 1 });
    expect(nodes.broken).to.equal('no node forgets above the floor');
  });

  it('object to a min for every peer that one has not reached', () => {
    const nodes = twoAhead();
    nodes.send(0, learn, { done: 0, floor: 1, everyPeerMin: 1 });
    expect(nodes.broken).to.equal(
      'every node is done with what every peer is said to be done with',
    );
  });
});
