import { KvError, type StatusReply } from '@paxkv/client';
import { expect } from 'chai';
import { type ServerAnswer, toNotes, whyNotReady } from 'paxkv/internal/server-notes';
import { runningStatus } from '../kvserver/api/http/server-under-test.ts';

const endpoint = 'http://127.0.0.1:4401';

function answer(changes: Partial<StatusReply>): ServerAnswer {
  return { endpoint, status: { ...runningStatus, ...changes } };
}

function silence(message: string, cause?: Error): ServerAnswer {
  return { endpoint, error: new KvError('KV_UNREACHABLE', message, { cause }) };
}

describe('whyNotReady', () => {
  it('is the first required check that failed', () => {
    expect(whyNotReady(answer({}))).to.equal(undefined);
    const checks = [
      { name: 'peer 1', passed: false, required: false, detail: 'refused' },
      { name: 'level', passed: false, required: true, detail: 'far behind' },
      { name: 'disk', passed: false, required: true, detail: 'hangs' },
    ];
    expect(whyNotReady(answer({ checks }))).to.equal('far behind');
  });

  it('is the state of a server that sends no checks', () => {
    const { checks: _, ...former } = runningStatus;
    expect(whyNotReady({ endpoint, status: former })).to.equal(undefined);
    const starting = { ...former, state: 'starting', reason: 'it waits' } as const;
    expect(whyNotReady({ endpoint, status: starting })).to.equal('starting: it waits');
  });

  it('is the cause of a silence, without the address that stands beside it', () => {
    const cause = new Error('connect ECONNREFUSED');
    expect(whyNotReady(silence('a long story', cause))).to.equal('connect ECONNREFUSED');
    expect(whyNotReady(silence(`${endpoint}: it is closed`))).to.equal('it is closed');
    expect(whyNotReady(silence(`${endpoint} did not reply`))).to.equal('did not reply');
  });
});

describe('The notes of a status', () => {
  it('name a server that does not answer, or is not ready', () => {
    const checks = [{ name: 'disk', passed: false, required: true, detail: 'it hangs' }];
    expect(
      toNotes([silence('it is closed'), answer({ node: 2, checks }), answer({})]),
    ).to.deep.equal([
      '127.0.0.1:4401 does not answer: it is closed (KV_UNREACHABLE)',
      'node 2 is not ready: it hangs',
    ]);
  });

  it('name a node that lacks much of the log, or does not answer and lacks some', () => {
    const keeps = (node: number, ...neededBy: { node: number; instances: number }[]) =>
      answer({ node, retained: { instances: 9000, bytes: 9, neededBy } });
    const notes = toNotes([
      keeps(
        0,
        { node: 1, instances: 999 },
        { node: 2, instances: 7 },
        { node: 3, instances: 1000 },
      ),
      keeps(1, { node: 2, instances: 9 }),
      keeps(3),
    ]);
    expect(notes).to.deep.equal([
      'node 2 lacks 9 instances, which the others keep',
      'node 3 lacks 1000 instances, which the others keep',
    ]);
  });

  it('show how far a node has come that takes the log or a state from another', () => {
    const log = { tier: 'log', from: 0, received: 40, total: 90 } as const;
    const state = { tier: 'state', from: 1, received: 7 } as const;
    expect(
      toNotes([answer({ node: 2, catchUp: log }), answer({ node: 3, catchUp: state })]),
    ).to.deep.equal([
      'node 2 catches up: 40 of 90 instances of the log from node 0',
      'node 3 catches up: 7 rows of the state from node 1',
    ]);
  });

  it('name nodes whose states differ', () => {
    const scrub = { isRunning: false, rows: 9, differsFrom: [2] };
    expect(toNotes([answer({ node: 1, scrub })])).to.deep.equal([
      'node 1 has another state than node 2 at the same instance',
    ]);
  });

  it('name the nodes that hold the feature level back, and say nothing if none does', () => {
    const peersOf = (node: number) =>
      [0, 1, 2].filter((each) => each !== node).map((each) => ({ node: each, connected: true }));
    const at = (node: number, highest: number, raiseMax = highest) =>
      answer({
        ...{ node, peers: peersOf(node), featureLevel: 1 },
        featureLevels: { lowest: 0, highest, raiseMax },
      });
    expect(toNotes([at(0, 1), at(1, 1), at(2, 1)])).to.deep.equal([]);
    expect(toNotes([at(0, 2), at(1, 1), at(2, 2)])).to.deep.equal([
      'the cluster runs at feature level 1 of 2, held back by node 1',
    ]);
    expect(toNotes([at(0, 2), at(1, 2, 1)])).to.deep.equal([
      'the cluster runs at feature level 1 of 2, held back by node 1, node 2',
    ]);
    expect(toNotes([at(0, 2), at(1, 2), at(2, 2)])).to.deep.equal([
      'the cluster runs at feature level 1 of 2',
    ]);
  });
});
