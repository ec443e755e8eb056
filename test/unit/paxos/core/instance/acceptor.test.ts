import { type DurableWrite, messageLimitsDefault } from '@paxkv/paxos/core';
import { Acceptor } from '@paxkv/paxos/internal/core/instance/acceptor';
import { expect } from 'chai';
import { ballot, beginStep } from '../steps.ts';

const low = ballot(1, 2);
const middle = ballot(2, 0);
const high = ballot(2, 1);

describe('Acceptor', () => {
  let acceptor: Acceptor<string>;
  let written: DurableWrite<string>[];

  beforeEach(() => {
    acceptor = new Acceptor();
    written = [];
  });

  function prepare(own: typeof low, seq = 0) {
    const step = beginStep();
    const answer = acceptor.onPrepare({ type: 'prepare', seq, ballot: own }, step);
    written = step.effects.persist;
    return answer;
  }

  function accept(own: typeof low, value: string, seq = 0) {
    const step = beginStep();
    const answer = acceptor.onAccept({ type: 'accept', seq, ballot: own, value }, step);
    written = step.effects.persist;
    return answer;
  }

  it('keeps its promise against lower ballots, in both phases (P1a)', () => {
    prepare(high);
    const refusal = { type: 'rejected', seq: 0, ballot: middle, promised: high };
    expect(prepare(middle)).to.deep.equal(refusal);
    expect(accept(middle, 'late')).to.deep.equal(refusal);
    expect(written).to.deep.equal([]);
    expect(acceptor.vote(0)).to.equal(undefined);
    expect(acceptor.promised(0)).to.deep.equal(high);
  });

  it('writes a promise, and raises it for a higher ballot', () => {
    prepare(low);
    expect(prepare(high)).to.deep.equal({ type: 'promised', seq: 0, ballot: high });
    expect(written).to.deep.equal([{ type: 'promised', seq: 0, ballot: high }]);
    expect(acceptor.promised(0)).to.deep.equal(high);
  });

  it('answers an equal Prepare again without a second write', () => {
    prepare(middle);
    expect(prepare(middle)).to.deep.equal({ type: 'promised', seq: 0, ballot: middle });
    expect(written).to.deep.equal([]);
  });

  it('reports its latest vote with a promise (phase 1b)', () => {
    accept(low, 'old');
    accept(middle, 'new');
    expect(prepare(high)).to.deep.equal({
      type: 'promised',
      seq: 0,
      ballot: high,
      vote: { ballot: middle, value: 'new' },
    });
  });

  it('votes at a ballot it never promised to (phase 2b)', () => {
    expect(accept(middle, 'a')).to.deep.equal({ type: 'accepted', seq: 0, ballot: middle });
    expect(written).to.deep.equal([{ type: 'accepted', seq: 0, ballot: middle, value: 'a' }]);
  });

  it('votes at the very ballot it promised to', () => {
    prepare(middle);
    expect(accept(middle, 'a')).to.include({ type: 'accepted' });
    expect(acceptor.vote(0)).to.deep.equal({ ballot: middle, value: 'a' });
  });

  it('raises its promise by voting, so that no lower ballot wins a vote later', () => {
    prepare(low);
    accept(high, 'a');
    expect(accept(middle, 'b')).to.include({ type: 'rejected' });
    expect(prepare(middle)).to.include({ type: 'rejected' });
    expect(acceptor.vote(0)).to.deep.equal({ ballot: high, value: 'a' });
  });

  it('answers an equal Accept again without a second write', () => {
    accept(middle, 'a');
    expect(accept(middle, 'a')).to.deep.equal({ type: 'accepted', seq: 0, ballot: middle });
    expect(written).to.deep.equal([]);
  });

  it('treats every instance by itself', () => {
    accept(high, 'a', 0);
    expect(prepare(low, 1)).to.deep.equal({ type: 'promised', seq: 1, ballot: low });
  });

  it('keeps promises and votes over a restart', () => {
    acceptor.restore({ type: 'accepted', seq: 0, ballot: low, value: 'a' });
    acceptor.restore({ type: 'promised', seq: 0, ballot: high });
    acceptor.restore({ type: 'accepted', seq: 1, ballot: high, value: 'b' });
    expect(accept(middle, 'c', 0)).to.include({ type: 'rejected' });
    expect(accept(middle, 'c', 1)).to.include({ type: 'rejected' });
    expect(acceptor.vote(0)).to.deep.equal({ ballot: low, value: 'a' });
  });

  it('never lowers a restored promise, in whatever order writes are replayed', () => {
    acceptor.restore({ type: 'promised', seq: 0, ballot: high });
    acceptor.restore({ type: 'accepted', seq: 0, ballot: low, value: 'a' });
    expect(acceptor.promised(0)).to.deep.equal(high);
  });

  describe('with a log promise', () => {
    function promiseLog(firstOpen: number, own = high) {
      const step = beginStep();
      const answer = acceptor.onPrepareLog({ type: 'prepareLog', ballot: own }, firstOpen, step);
      written = step.effects.persist;
      if (answer.type === 'logRejected') return answer;
      return { ...answer, votes: answer.votes.map(({ seq }) => seq) };
    }

    for (const limit of [1, 2, 3, messageLimitsDefault.voteCountMax]) {
      it(`tells all votes up to ${limit}, and beyond that the highest ${limit} and where they begin`, () => {
        for (const count of [0, 1, limit - 1, limit, limit + 1, 2 * limit + 1]) {
          acceptor =
            limit === messageLimitsDefault.voteCountMax
              ? new Acceptor()
              : new Acceptor({ voteCountMax: limit });
          // Every third instance has a vote, and the first open one has none.
          const voted = Array.from({ length: count }, (_, index) => 12 + 3 * index);
          for (const seq of [3, 6, 9, ...voted]) accept(low, 'a', seq);
          const { length } = voted;
          // Safety: below `firstSeq` a leader must ask again, since a vote there was not told.
          const firstSeq = length > limit ? (voted[length - limit - 1] ?? -1) + 1 : 10;
          expect(promiseLog(10), `${count} votes`).to.deep.equal({
            type: 'logPromised',
            ballot: high,
            firstSeq,
            votes: voted.slice(-limit),
          });
        }
      });
    }

    it('counts only votes in open instances against the limit', () => {
      acceptor = new Acceptor({ voteCountMax: 2 });
      for (const seq of [0, 1, 2, 3]) accept(low, 'a', seq);
      acceptor.release(3);
      expect(promiseLog(1)).to.deep.include({ firstSeq: 1, votes: [1, 2] });
      expect(promiseLog(2)).to.deep.include({ firstSeq: 2, votes: [2] });
      expect(promiseLog(3)).to.deep.include({ firstSeq: 3, votes: [] });
    });

    it('gives it to an equal ballot again without a second write, and to none of a lower peer', () => {
      promiseLog(0);
      expect(written).to.deep.equal([{ type: 'logPromised', ballot: high }]);
      expect(promiseLog(0)).to.include({ type: 'logPromised' });
      expect(written).to.deep.equal([]);
      // The same round, at the peer below.
      const rejection = { type: 'logRejected', ballot: middle, promised: high };
      expect(promiseLog(0, middle)).to.deep.equal(rejection);
      expect(written).to.deep.equal([]);
    });

    it('names it in a rejection only if it is the reason', () => {
      promiseLog(0, middle);
      expect(prepare(low)).to.deep.equal({
        ...{ type: 'rejected', seq: 0, ballot: low, promised: middle },
        logPromise: middle,
      });
      prepare(high);
      expect(accept(middle, 'a')).to.deep.equal({
        ...{ type: 'rejected', seq: 0, ballot: middle, promised: high },
      });
      expect(accept(low, 'a')).to.deep.include({ promised: high, logPromise: middle });
    });

    it('keeps the highest one over a restart, in whatever order they are replayed', () => {
      acceptor.restore({ type: 'logPromised', ballot: high });
      acceptor.restore({ type: 'logPromised', ballot: middle });
      acceptor.restore({ type: 'logPromised', ballot: low });
      expect(acceptor.logPromise).to.deep.equal(high);
    });
  });

  it('knows the highest instance it voted in, also after a restart and once votes are freed', () => {
    expect(acceptor.highestVoted).to.equal(-1);
    accept(low, 'a', 5);
    accept(low, 'a', 3);
    expect(acceptor.highestVoted).to.equal(5);
    prepare(low, 9);
    expect(acceptor.highestVoted).to.equal(5);
    acceptor.restore({ type: 'accepted', seq: 7, ballot: low, value: 'b' });
    acceptor.restore({ type: 'promised', seq: 8, ballot: low });
    acceptor.restore({ type: 'accepted', seq: 6, ballot: low, value: 'b' });
    acceptor.forgetBelow(20);
    expect(acceptor.highestVoted).to.equal(7);
  });

  it('frees what is decided or forgotten', () => {
    for (const seq of [0, 1, 2]) accept(low, 'a', seq);
    acceptor.release(2);
    acceptor.forgetBelow(1);
    expect([0, 1, 2].map((seq) => acceptor.vote(seq)?.value)).to.deep.equal([
      undefined,
      'a',
      undefined,
    ]);
  });

  it('knows the highest instance in which it ever voted, also over a restart', () => {
    expect(acceptor.highestVoted).to.equal(-1);
    accept(low, 'a', 0);
    expect(acceptor.highestVoted).to.equal(0);
    accept(low, 'a', 3);
    accept(low, 'a', 1);
    expect(acceptor.highestVoted).to.equal(3);
    acceptor.release(3);
    acceptor.restore({ type: 'promised', seq: 9, ballot: low });
    acceptor.restore({ type: 'accepted', seq: 2, ballot: low, value: 'a' });
    expect(acceptor.highestVoted).to.equal(3);
    acceptor.restore({ type: 'accepted', seq: 5, ballot: low, value: 'a' });
    expect(acceptor.highestVoted).to.equal(5);
  });

  it('lists its votes in order of seq, and no instance in which it only promised', () => {
    accept(low, 'c', 7);
    prepare(low, 5);
    accept(low, 'a', 3);
    expect(acceptor.votes().map(({ seq, vote }) => [seq, vote.value])).to.deep.equal([
      [3, 'a'],
      [7, 'c'],
    ]);
  });

  describe('asked for the whole log', () => {
    function prepareLog(own: typeof low, firstOpen = 0) {
      const step = beginStep();
      const answer = acceptor.onPrepareLog({ type: 'prepareLog', ballot: own }, firstOpen, step);
      written = step.effects.persist;
      return answer;
    }

    it('writes a promise, raises it for a higher ballot, and repeats it without a second write', () => {
      prepareLog(low);
      expect(written).to.deep.equal([{ type: 'logPromised', ballot: low }]);
      const answer = { type: 'logPromised', ballot: high, firstSeq: 4, votes: [] };
      expect(prepareLog(high, 4)).to.deep.equal(answer);
      expect(written).to.deep.equal([{ type: 'logPromised', ballot: high }]);
      expect(prepareLog(high, 4)).to.deep.equal(answer);
      expect(written).to.deep.equal([]);
      expect(acceptor.logPromise).to.deep.equal(high);
    });

    it('keeps its promise against lower ballots, also of an equal round', () => {
      prepareLog(high);
      const refusal = { type: 'logRejected', ballot: middle, promised: high };
      expect(prepareLog(middle)).to.deep.equal(refusal);
      expect(written).to.deep.equal([]);
      expect(acceptor.logPromise).to.deep.equal(high);
    });

    it('keeps its promise in every instance, and says that it is for the whole log', () => {
      prepareLog(high);
      const refusal = { type: 'rejected', seq: 6, ballot: middle, promised: high };
      expect(prepare(middle, 6)).to.deep.equal({ ...refusal, logPromise: high });
      expect(accept(middle, 'a', 6)).to.deep.equal({ ...refusal, logPromise: high });
      expect(accept(high, 'a', 6)).to.include({ type: 'accepted' });
    });

    it('names the promise of the instance alone where that of the log would allow the ballot', () => {
      prepareLog(middle);
      prepare(high, 6);
      const refusal = { type: 'rejected', seq: 6, ballot: middle, promised: high };
      expect(accept(middle, 'a', 6)).to.deep.equal(refusal);
    });

    it('names both promises where both are above the ballot', () => {
      prepareLog(middle);
      prepare(high, 6);
      const refusal = { type: 'rejected', seq: 6, ballot: low, promised: high };
      expect(accept(low, 'a', 6)).to.deep.equal({ ...refusal, logPromise: middle });
    });

    it('has promised the higher of both in an instance', () => {
      prepare(high, 1);
      prepareLog(middle);
      prepare(low, 2);
      const promised = [0, 1, 2].map((seq) => acceptor.promised(seq));
      expect(promised).to.deep.equal([middle, high, middle]);
    });

    it('reports its votes from the first instance on that may be open', () => {
      for (const seq of [5, 3, 4]) accept(low, `v${seq}`, seq);
      const vote = (seq: number) => ({ seq, vote: { ballot: low, value: `v${seq}` } });
      expect(prepareLog(high, 4)).to.deep.equal({
        ...{ type: 'logPromised', ballot: high, firstSeq: 4 },
        votes: [vote(4), vote(5)],
      });
    });

    for (const [count, firstSeq] of [
      [63, 2],
      [64, 2],
      [65, 11],
      [66, 12],
    ] as const) {
      it(`of ${count} votes reports 64 at most, the latest, and answers only for what it reports`, () => {
        const seqs = Array.from({ length: count }, (_, index) => 10 + index);
        for (const seq of seqs) accept(low, 'a', seq);
        const answer = prepareLog(high, 2);
        if (answer.type !== 'logPromised') throw new Error('it was rejected');
        expect(answer.firstSeq).to.equal(firstSeq);
        expect(answer.votes.map(({ seq }) => seq)).to.deep.equal(seqs.slice(-64));
      });
    }

    it('restores the highest promise, in whatever order writes are replayed', () => {
      acceptor.restore({ type: 'logPromised', ballot: high });
      acceptor.restore({ type: 'logPromised', ballot: middle });
      expect(acceptor.logPromise).to.deep.equal(high);
    });
  });
});
