import {
  checksOf,
  diskMsMax,
  type Facts,
  levelMsMax,
  quorumMsMax,
} from '@paxkv/kvserver/internal/health/checks';
import { failedCheck } from '@paxkv/protocol';
import { expect } from 'chai';

const well: Facts = {
  state: 'running',
  reason: undefined,
  peers: [
    { node: 0, connected: true },
    { node: 2, connected: true },
  ],
  quorumAgeMs: 120,
  levelAgeMs: 120,
  lag: 3,
  pendingMs: 0,
  writeFailure: undefined,
  isFounded: true,
};

function failedWith(changes: Partial<Facts>) {
  return failedCheck(checksOf({ ...well, ...changes }));
}

describe('The checks of readiness', () => {
  it('all pass on a server that is well', () => {
    expect(failedWith({})).to.equal(undefined);
    expect(checksOf(well).map(({ name, required }) => [name, required])).to.deep.equal([
      ['state', true],
      ['quorum', true],
      ['level', true],
      ['disk', true],
      ['peer 0', false],
      ['peer 2', false],
    ]);
  });

  it('pass at their limits, and fail beyond them', () => {
    const atLimits = { quorumAgeMs: quorumMsMax, levelAgeMs: levelMsMax, pendingMs: diskMsMax };
    expect(failedWith(atLimits)).to.equal(undefined);
    expect(failedWith({ quorumAgeMs: quorumMsMax + 1 })?.name).to.equal('quorum');
    expect(failedWith({ levelAgeMs: levelMsMax + 1 })?.name).to.equal('level');
    expect(failedWith({ pendingMs: diskMsMax + 1 })?.name).to.equal('disk');
  });

  it('do not pass without evidence', () => {
    expect(failedWith({ quorumAgeMs: undefined })?.name).to.equal('quorum');
    expect(failedWith({ levelAgeMs: undefined })?.name).to.equal('level');
  });

  for (const state of ['starting', 'repairing', 'stopping', 'failed'] as const) {
    it(`fail with the reason while the server is ${state}`, () => {
      const failed = failedWith({ state, reason: 'it is waiting to meet node 2' });
      expect(failed).to.include({ name: 'state' });
      expect(failed?.detail).to.equal(`${state}: it is waiting to meet node 2`);
    });
  }

  it('fail while the cluster has no incarnation, and name the nodes that may have it', () => {
    const peers = [{ node: 2, connected: false, reason: 'refused' }];
    const failed = failedWith({ isFounded: false, peers });
    expect(failed).to.include({
      name: 'state',
      detail: 'the cluster has no incarnation yet (node 2: refused)',
    });
  });

  it('name the nodes that a waiting server cannot reach, and why', () => {
    const peers = [
      { node: 0, connected: true },
      { node: 2, connected: false, reason: 'refused: wrong cluster' },
    ];
    const facts = { state: 'starting', reason: 'it is waiting to meet node 2', peers } as const;
    expect(failedWith(facts)?.detail).to.equal(
      'starting: it is waiting to meet node 2 (node 2: refused: wrong cluster)',
    );
  });

  it('name the nodes without a connection when no quorum answers', () => {
    const peers = [
      { node: 0, connected: false, reason: 'connect ECONNREFUSED' },
      { node: 2, connected: true },
    ];
    const failed = failedWith({ quorumAgeMs: 4200, peers });
    expect(failed?.detail).to.equal(
      'no quorum has answered for 4.2 s (node 0: connect ECONNREFUSED)',
    );
    expect(failed).to.include({ value: 4200, limit: quorumMsMax });
  });

  it('say how far the state is behind, and by how much time', () => {
    const failed = failedWith({ levelAgeMs: 30_000, lag: 430 });
    expect(failed?.detail).to.contain('30.0 s').and.to.contain('430 instances');
  });

  it('fail on a write that failed, however fast', () => {
    expect(failedWith({ writeFailure: 'EIO' })?.detail).to.equal('the last write failed: EIO');
  });

  it('do not require a connection to each peer', () => {
    const peers = [{ node: 0, connected: false, reason: 'refused' }];
    const checks = checksOf({ ...well, peers });
    expect(failedCheck(checks)).to.equal(undefined);
    expect(checks.at(-1)).to.deep.equal({
      name: 'peer 0',
      passed: false,
      required: false,
      detail: 'refused',
    });
  });
});
