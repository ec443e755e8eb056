import { Learner } from '@paxkv/paxos/internal/core/instance/learner';
import { expect } from 'chai';

function learnerOf(...seqs: number[]): Learner<string> {
  const learner = new Learner<string>();
  for (const seq of seqs) learner.learn(seq, `v${seq}`);
  return learner;
}

describe('Learner', () => {
  it('knows nothing at first, and then lacks the first instance', () => {
    const learner = new Learner<string>();
    const { highest, knownUpTo, firstMissing, retained } = learner;
    expect({ highest, knownUpTo, firstMissing }).to.deep.equal({
      ...{ highest: -1, knownUpTo: -1, firstMissing: 0 },
    });
    expect(learner.firstMissingFrom(0)).to.equal(0);
    expect(retained).to.deep.equal({ instances: 0, bytes: 0 });
  });

  it('counts values as empty unless it is told how to measure them', () => {
    expect(learnerOf(0, 1).retained).to.deep.equal({ instances: 2, bytes: 0 });
    const measuring = new Learner<string>(({ length }) => length);
    measuring.learn(0, 'abc');
    expect(measuring.retained).to.deep.equal({ instances: 1, bytes: 3 });
  });

  it('reports a decision as new once, and never changes it (Paxos Made Simple §2.3)', () => {
    const learner = new Learner<string>();
    expect(learner.learn(0, 'first')).to.equal(true);
    expect(learner.learn(0, 'second')).to.equal(false);
    expect(learner.decision(0)).to.deep.equal({ seq: 0, value: 'first' });
  });

  it('finds the first instance of a gap missing', () => {
    expect(learnerOf(0, 1, 3).firstMissing).to.equal(2);
    expect(learnerOf(1).firstMissing).to.equal(0);
  });

  it('counts nothing known as missing once a gap is closed', () => {
    const learner = learnerOf(0, 2, 3);
    learner.learn(1, 'v1');
    expect(learner.firstMissing).to.equal(4);
  });

  it('returns a run of consecutive values, as long as asked for and known', () => {
    const learner = learnerOf(0, 1, 2, 4);
    expect(learner.run(1, 16)).to.deep.equal(['v1', 'v2']);
    expect(learner.run(0, 2)).to.deep.equal(['v0', 'v1']);
    expect(learner.run(3, 1)).to.deep.equal([]);
  });

  it('lists decisions in order of seq, in whatever order they came', () => {
    expect(
      learnerOf(5, 0, 3)
        .decisions()
        .map(({ seq }) => seq),
    ).to.deep.equal([0, 3, 5]);
  });

  it('counts nothing as missing that its host does not need, and still knows it', () => {
    const learner = learnerOf(0, 3);
    learner.skipBelow(3);
    expect(learner.firstMissing).to.equal(4);
    learner.skipBelow(1);
    expect(learner.firstMissing).to.equal(4);
    expect(learner.knows(0)).to.equal(true);
  });

  it('finds what is missing above a gap, which stays missing', () => {
    const learner = learnerOf(0, 5, 6);
    expect(learner.firstMissingFrom(5)).to.equal(7);
    learner.learn(7, 'v7');
    expect(learner.firstMissingFrom(3)).to.equal(8);
    expect(learner.firstMissing).to.equal(1);
    learner.skipBelow(20);
    expect(learner.firstMissingFrom(9)).to.equal(20);
  });

  it('frees what is forgotten, and counts none of it as missing', () => {
    const learner = learnerOf(0, 1, 4);
    expect(learner.forgetBelow(3)).to.deep.equal([
      { seq: 0, value: 'v0' },
      { seq: 1, value: 'v1' },
    ]);
    expect(learner.retained.instances).to.equal(1);
    expect(learner.knows(1)).to.equal(false);
    expect(learner.firstMissing).to.equal(3);
  });
});
