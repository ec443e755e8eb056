import { type PeerOptions, TraceRecorder, TraceReplay } from '@paxkv/paxos/core';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../../contracts/plain-mark.ts';
import { ballot, constantRandom, kept } from '../steps.ts';

type Value = { readonly text: string };

describe('TraceRecorder', () => {
  let lines: string[];
  let recorder: TraceRecorder<Value>;

  beforeEach(() => {
    lines = [];
    recorder = new TraceRecorder<Value>({
      isValue: (data): data is Value => typeof data === 'object' && data !== null && 'text' in data,
      tokenOf: ({ text }) => text,
      onLine: (line) => lines.push(line),
    });
  });

  function begin(options: Partial<PeerOptions<Value>> = {}) {
    const settings = { me: 0, peerCount: 3, random: constantRandom, memory: kept<Value>() };
    return recorder.begin({ ...settings, ...options });
  }

  function parsed(index: number): unknown {
    return JSON.parse(lines[index] ?? '');
  }

  const plain = {
    ...{ trace: 2, me: 0, peerCount: 3, isCandidate: false, stateEpoch: 0 },
    retention: { type: 'everyPeer' },
    memory: { state: 'kept', writeIndex: 0, writes: [] },
    draws: [0.5],
  };

  it('writes down what a peer starts from, where nothing else was asked for', () => {
    begin();
    expect(lines.map((line) => JSON.parse(line))).to.deep.equal([plain]);
  });

  it('writes down every option, with sizes of values as its policy measures them', () => {
    const writes = [{ type: 'decided', seq: 0, value: { text: 'abc' } }] as const;
    begin({
      ...{ isCandidate: true, stateEpoch: 4, instanceLeapMax: 100 },
      messageLimits: { voteCountMax: 1 },
      retention: { type: 'quorum', instances: 3, bytes: 9, sizeOf: ({ text }) => text.length },
      memory: { state: 'kept', writeIndex: 2, writes },
    });
    expect(parsed(0)).to.deep.equal({
      ...plain,
      ...{ isCandidate: true, stateEpoch: 4, instanceLeapMax: 100 },
      messageLimits: { voteCountMax: 1 },
      retention: { type: 'quorum', instances: 3, bytes: 9 },
      memory: {
        ...{ state: 'kept', writeIndex: 2 },
        writes: [{ type: 'decided', seq: 0, value: '3:abc' }],
      },
    });
  });

  it('writes down each step, with the numbers that were drawn in it', () => {
    const peer = begin();
    const record = (event: Parameters<typeof peer.step>[0], at: number) =>
      recorder.record(event, at, peer.step(event, at));
    record({ type: 'done', seq: 3 }, 7);
    record({ type: 'propose', seq: 4, value: { text: 'abc' } }, 8);
    const [, done, propose] = lines.map((line) => JSON.parse(line));
    expect(done).to.deep.include({ at: 7, event: { type: 'done', seq: 3 } });
    expect(done).to.not.have.property('draws');
    expect(propose).to.deep.include({
      ...{ at: 8, event: { type: 'propose', seq: 4, value: '0:abc' }, draws: [0.5] },
    });
    expect(propose.hash).to.match(/^[0-9a-f]{16}$/);
  });

  it('has a replay believe as much as the recorded peer', () => {
    const peer = begin({ instanceLeapMax: 100 });
    const message = { type: 'prepare', seq: 500, ballot: ballot(1, 1) } as const;
    const envelope = { from: 1, to: 0, ...nothingForgotten, mark: plainMark(), message };
    recorder.record({ type: 'receive', envelope }, 0, peer.step({ type: 'receive', envelope }, 0));
    const replay = new TraceReplay(lines);
    expect([...replay.steps()].map(({ isSame }) => isSame)).to.deep.equal([true]);
    expect([peer.max, replay.peer.max]).to.deep.equal([-1, -1]);
  });
});
