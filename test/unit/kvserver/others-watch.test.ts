import { OthersWatch } from '@paxkv/kvserver/internal/others-watch';
import type { Envelope, Message } from '@paxkv/paxos';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../contracts/plain-mark.ts';

function envelope(from: number, message: Message<string>, done = -1): Envelope<string> {
  return { from, to: 0, ...nothingForgotten, done, mark: plainMark(), message };
}

describe('OthersWatch', () => {
  let watch: OthersWatch;
  const heartbeat = (round = 5, peer = 1) =>
    ({ type: 'heartbeat', ballot: { round, peer } }) as const;
  const accept = (knownUpTo: number) =>
    ({ type: 'accept', seq: 9, ballot: { round: 5, peer: 1 }, value: 'v', knownUpTo }) as const;

  beforeEach(() => {
    watch = new OthersWatch();
  });

  /** Observes a message every 50 ms. */
  function every50(fromMs: number, toMs: number, messageAt: (ms: number) => Message<string>): void {
    for (let ms = fromMs; ms <= toMs; ms += 50) watch.observe(envelope(1, messageAt(ms)), ms);
  }

  it('sees a quorum in a leader that goes on for two seconds without this node', () => {
    expect(watch.formQuorum(0)).to.equal(false);
    every50(0, 1900, () => heartbeat());
    expect(watch.formQuorum(1900)).to.equal(false);
    every50(1950, 2000, () => heartbeat());
    expect(watch.formQuorum(2000)).to.equal(true);
  });

  it('sees one in new decisions of a busy leader, which sends no heartbeats', () => {
    every50(0, 2000, (ms) => accept(ms));
    expect(watch.formQuorum(2000)).to.equal(true);
  });

  it('sees none in a former leader that asks for votes again and again', () => {
    every50(0, 5000, () => accept(7));
    expect(watch.formQuorum(5000)).to.equal(false);
  });

  it('sees none in a leader that has ended, or paused in between', () => {
    every50(0, 2000, () => heartbeat());
    expect(watch.formQuorum(3001)).to.equal(false);
    every50(3100, 4000, () => heartbeat());
    expect(watch.formQuorum(4000)).to.equal(false);
  });

  it('begins anew with another leader, and is not misled by one before it', () => {
    every50(0, 1500, () => heartbeat(5));
    every50(1550, 3000, () => heartbeat(6));
    expect(watch.formQuorum(3000)).to.equal(false);
    watch.observe(envelope(2, heartbeat(4, 2)), 3010);
    every50(3050, 3600, () => heartbeat(6));
    expect(watch.formQuorum(3600)).to.equal(true);
  });

  it('sees none in what others say that do not lead', () => {
    every50(0, 5000, () => ({ type: 'preVote', id: 1 }));
    every50(0, 5000, () => heartbeat(5, 2));
    expect(watch.formQuorum(5000)).to.equal(false);
  });

  it('knows how far the state of another node goes', () => {
    expect(watch.done).to.equal(-1);
    watch.observe(envelope(1, { type: 'preVote', id: 1 }, 40), 0);
    watch.observe(envelope(2, { type: 'preVote', id: 1 }, 30), 0);
    expect(watch.done).to.equal(40);
  });
});
