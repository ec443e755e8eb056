import type { Envelope, Message } from '@paxkv/paxos';
import { settingsDefault } from '@paxkv/playground';
import { Judge } from '@paxkv/playground/internal/engine/judge/judge';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../../contracts/plain-mark.ts';

const low = { round: 1, peer: 0 };
const high = { round: 2, peer: 1 };

class Trial {
  readonly judge = new Judge(settingsDefault, () => 7);

  get red(): string[] {
    return this.judge.violations.map(({ lamp }) => lamp);
  }

  promise(peer: number, ballot = low): void {
    this.judge.onWriteEnded(peer, 'kept', [{ type: 'promised', seq: 0, ballot }]);
  }

  vote(peer: number, value: string, ballot = low): void {
    this.judge.onWriteEnded(peer, 'kept', [{ type: 'accepted', seq: 0, ballot, value }]);
  }

  send(from: number, message: Message<string>): void {
    const envelope: Envelope<string> = {
      ...{ from, to: (from + 1) % 3, ...nothingForgotten },
      ...{ mark: plainMark(), message },
    };
    this.judge.onSent(envelope);
  }

  decide(peer: number, value: string): void {
    this.judge.onDecided(peer, { seq: 0, value });
  }
}

describe('Judge', () => {
  it('finds nothing wrong with an instance that is decided as it should be', () => {
    const trial = new Trial();
    trial.judge.onProposed(0, { seq: 0, value: 'v' });
    for (const peer of [0, 1]) {
      trial.promise(peer);
      trial.send(peer, { type: 'promised', seq: 0, ballot: low });
    }
    trial.send(0, { type: 'accept', seq: 0, ballot: low, value: 'v' });
    for (const peer of [0, 1]) {
      trial.vote(peer, 'v');
      trial.send(peer, { type: 'accepted', seq: 0, ballot: low });
    }
    for (const peer of [0, 1, 2]) trial.decide(peer, 'v');
    trial.send(1, { type: 'accept', seq: 0, ballot: high, value: 'v' });
    expect(trial.red).to.deep.equal([]);
  });

  it('sees two peers decide differently', () => {
    const trial = new Trial();
    for (const value of ['a', 'b']) trial.judge.onProposed(0, { seq: 0, value });
    for (const peer of [0, 1]) trial.vote(peer, 'a');
    trial.decide(0, 'a');
    trial.decide(1, 'b');
    expect(trial.red).to.deep.equal(['agreement', 'quorum']);
    expect(trial.judge.violations[0]).to.deep.include({
      timeMs: 7,
      evidence: 'peer 0 decided a, peer 1 b in instance 0',
    });
  });

  it('sees quorums vote for two values, though nobody has heard of it', () => {
    const trial = new Trial();
    for (const peer of [0, 1]) trial.vote(peer, 'a');
    for (const peer of [1, 2]) trial.vote(peer, 'b', high);
    expect(trial.red).to.deep.equal(['agreement']);
  });

  it('sees a decision that no quorum voted for, or nobody proposed', () => {
    const trial = new Trial();
    trial.vote(0, 'v');
    trial.decide(0, 'v');
    expect(trial.red).to.deep.equal(['validity', 'quorum']);
  });

  it('sees a disk go back on a promise, for the instance or the log', () => {
    const trial = new Trial();
    trial.promise(0, high);
    trial.vote(0, 'v');
    expect(trial.red).to.deep.equal(['promises']);
    const other = new Trial();
    other.judge.onWriteEnded(0, 'kept', [{ type: 'logPromised', ballot: high }]);
    other.promise(0);
    expect(other.red).to.deep.equal(['promises']);
  });

  it('holds nobody to a promise that was lost with its disk, or never written', () => {
    const trial = new Trial();
    trial.promise(0, high);
    trial.judge.onWiped(0);
    trial.promise(0);
    trial.judge.onWriteEnded(1, 'lost', [{ type: 'promised', seq: 0, ballot: high }]);
    trial.promise(1);
    expect(trial.red).to.deep.equal([]);
  });

  it('sees a promise or vote told before it is durable', () => {
    const told: Message<string>[] = [
      { type: 'promised', seq: 0, ballot: low },
      { type: 'accepted', seq: 0, ballot: low },
      { type: 'logPromised', ballot: low, firstSeq: 0, votes: [] },
    ];
    for (const message of told) {
      const trial = new Trial();
      trial.send(0, message);
      expect(trial.red, message.type).to.deep.equal(['durable']);
    }
  });

  it('sees two values asked for at one ballot, and another than the decided above it', () => {
    const trial = new Trial();
    trial.send(0, { type: 'accept', seq: 0, ballot: low, value: 'a' });
    trial.send(0, { type: 'accept', seq: 0, ballot: low, value: 'b' });
    for (const peer of [0, 1]) trial.vote(peer, 'a');
    trial.send(1, { type: 'accept', seq: 0, ballot: high, value: 'c' });
    expect(trial.red).to.deep.equal(['oneValue', 'highestVote']);
  });

  it('sees a client told what no order of the calls explains', () => {
    const trial = new Trial();
    const put = { id: 1, peer: 0, type: 'put', key: 'x', value: '1' } as const;
    const get = { id: 2, peer: 1, type: 'get', key: 'x', value: undefined } as const;
    trial.judge.onCalled(put);
    trial.judge.onAnswered(put, undefined);
    trial.judge.onCalled(get);
    trial.judge.onAnswered(get, '2');
    expect(trial.red).to.deep.equal(['history']);
  });
});
