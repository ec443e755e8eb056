import { Recorder } from '@paxkv/kvserver/internal/metrics/recorder';
import {
  type RequestEnd,
  RequestTiming,
  type Transport,
} from '@paxkv/kvserver/internal/replica/request-timing';
import type { CommandType } from '@paxkv/protocol';
import { expect } from 'chai';

describe('Recorder', () => {
  let recorder: Recorder;

  beforeEach(() => {
    recorder = new Recorder();
  });

  function end(command: CommandType, transport: Transport, ms: number, how?: RequestEnd): void {
    const timing = new RequestTiming(command, { transport, id: 'x' }, 1000);
    timing.end(how, 1000 + ms);
    recorder.onEnded(timing);
  }

  it('counts requests by command, transport and outcome', () => {
    end('put', 'stream', 3);
    end('put', 'stream', 5);
    end('put', 'http', 7);
    end('put', 'stream', 5000, { outcome: 'unknown', code: 'KV_TIMEOUT' });
    end('get', 'stream', 1);
    const counts = recorder.requests.map(({ labels, reading }) => ({
      ...labels,
      count: reading.count,
      ms: Math.round(reading.sumSeconds * 1000),
    }));
    expect(counts).to.have.deep.members([
      { command: 'put', transport: 'http', outcome: 'done', count: 1, ms: 7 },
      { command: 'put', transport: 'stream', outcome: 'done', count: 2, ms: 8 },
      { command: 'put', transport: 'stream', outcome: 'unknown', count: 1, ms: 5000 },
      { command: 'get', transport: 'stream', outcome: 'done', count: 1, ms: 1 },
    ]);
  });

  it('does not count a request that is pending', () => {
    recorder.onEnded(new RequestTiming('put', { transport: 'http', id: 'x' }));
    expect(recorder.requests).to.deep.equal([]);
  });

  it('counts as failed what ended without an answer of the cluster, and no refusal', () => {
    end('put', 'http', 1, { outcome: 'not done', code: 'KV_OVERLOADED' });
    end('put', 'http', 1, { outcome: 'unknown', code: 'KV_TIMEOUT' });
    end('put', 'http', 1, { outcome: 'unknown', code: 'KV_INTERRUPTED' });
    expect(recorder.failedProposals).to.equal(2);
  });

  it('counts errors by transport and code', () => {
    recorder.onError('http', 'KV_TOO_LARGE');
    recorder.onError('stream', 'KV_OVERLOADED');
    recorder.onError('stream', 'KV_OVERLOADED');
    expect(recorder.errors).to.have.deep.members([
      { labels: { transport: 'http', code: 'KV_TOO_LARGE' }, value: 1 },
      { labels: { transport: 'stream', code: 'KV_OVERLOADED' }, value: 2 },
    ]);
  });

  it('counts a new leader, and not the loss of one', () => {
    recorder.onLeader(1);
    recorder.onLeader(undefined);
    recorder.onLeader(2);
    expect(recorder.leaderChanges).to.equal(2);
  });

  it('counts runs that took long to apply', () => {
    recorder.onApplied(99);
    recorder.onApplied(100);
    expect(recorder.slowApplies).to.equal(1);
  });

  it('counts messages of each peer that were dropped', () => {
    recorder.onRefusedMessage(2);
    recorder.onRefusedMessage(2);
    recorder.onRefusedMessage(0);
    expect(recorder.refusedMessages).to.deep.equal([
      { labels: { peer: 2 }, value: 2 },
      { labels: { peer: 0 }, value: 1 },
    ]);
  });

  it('has the round trips of each peer', () => {
    recorder.onRoundTrip(2, 0.3);
    recorder.onRoundTrip(2, 0.5);
    recorder.onRoundTrip(0, 0.1);
    const counts = recorder.roundTrips.map(({ labels, reading }) => [labels, reading.count]);
    expect(counts).to.deep.equal([
      [{ peer: 2 }, 2],
      [{ peer: 0 }, 1],
    ]);
  });
});
