import { History } from '@paxkv/playground/internal/console/history';
import { type Verdict, verdictOf } from '@paxkv/playground/internal/console/verdict';
import { expect } from 'chai';
import { viewOf } from './status-reply.ts';

const whole = { peers: [0, 2].map((node) => ({ node, connected: true })) };
const alone = { peers: [0, 2].map((node) => ({ node, connected: false })) };

/** The verdict on statuses that came a second apart. */
function judge(...changes: readonly object[]): Verdict | undefined {
  const history = new History();
  const statuses = changes.map(viewOf);
  for (const [index, status] of statuses.entries()) history.add(status, 1000 * index);
  const nowMs = 1000 * statuses.length;
  return verdictOf({ status: statuses.at(-1), history, nowMs, silentSinceMs: undefined });
}

function typesIn(verdict: Verdict | undefined): string[] {
  return verdict?.findings.map(({ type }) => type) ?? [];
}

describe('the verdict', () => {
  it('is good if all servers are reached and one leads', () => {
    const verdict = judge(whole);
    expect(verdict?.severity).to.equal('good');
    expect(verdict?.findings).to.deep.equal([
      { type: 'serves', severity: 'good', leader: 0, reached: 3, nodeCount: 3, spare: 1 },
    ]);
  });

  it('warns of a lost server, with the reason, and says that no more may be lost', () => {
    const verdict = judge({});
    expect(verdict?.severity).to.equal('warning');
    expect(verdict?.findings[0]).to.deep.include({ node: 2, reason: 'connection refused' });
    expect(verdict?.findings[1]).to.deep.include({ type: 'serves', spare: 0 });
  });

  it('is bad without a majority, worst first', () => {
    const verdict = judge(alone);
    expect(verdict?.severity).to.equal('bad');
    expect(typesIn(verdict)).to.deep.equal(['noMajority', 'lost', 'lost']);
    expect(verdict?.findings[0]).to.include({ reached: 1, needed: 2 });
  });

  it('is bad while the server does not serve, whatever it reaches', () => {
    const verdict = judge({ ...whole, state: 'repairing', reason: 'the disk is full' });
    expect(verdict?.severity).to.equal('bad');
    expect(verdict?.findings[0]).to.include({ state: 'repairing', reason: 'the disk is full' });
  });

  it('warns if no leader is known', () => {
    expect(typesIn(judge({ ...whole, leader: null }))).to.deep.equal(['noLeader']);
  });

  it('warns of a leader that changes often, but not of one change', () => {
    const led = (leader: number | null) => ({ ...whole, leader });
    expect(typesIn(judge(led(0), led(2)))).to.deep.equal(['serves']);
    const often = judge(led(0), led(2), led(0), led(2));
    expect(typesIn(often)).to.deep.equal(['unstable', 'serves']);
  });

  it('warns of a server that stays behind, but not of one that is for a moment', () => {
    const behind = { ...whole, applied: 100, max: 500 };
    expect(typesIn(judge(whole, behind, behind))).to.deep.equal(['serves']);
    expect(typesIn(judge(whole, behind, behind, behind))).to.deep.equal(['behind', 'serves']);
  });

  it('warns of a log that grows for a lost server, and of many pending requests', () => {
    const large = { min: 0, applied: 20_000, max: 20_000 };
    expect(typesIn(judge(large))).to.include('retaining');
    expect(typesIn(judge({ ...large, ...whole }))).to.not.include('retaining');
    expect(typesIn(judge({ ...whole, pending: 6000 }))).to.deep.equal(['busy', 'serves']);
  });

  it('warns of a slow disk, and of a failed condition of readiness', () => {
    const disk = { p50Ms: 2, p99Ms: 350, pendingMs: 0 };
    expect(judge({ ...whole, disk })?.findings[0]).to.include({ type: 'slowDisk', ms: 350 });
    const hanging = { ...disk, p99Ms: 3, pendingMs: 900 };
    expect(judge({ ...whole, disk: hanging })?.findings[0]).to.include({ ms: 900 });
    const check = { name: 'level', passed: false, required: true, detail: 'it is old' };
    const verdict = judge({ ...whole, checks: [check] });
    expect(verdict?.findings[0]).to.include({ type: 'notReady', detail: 'it is old' });
  });

  it('tells what a server takes from another one, and that states differ, which is bad', () => {
    const catchUp = { tier: 'state', from: 2, received: 5 };
    expect(typesIn(judge({ ...whole, catchUp }))).to.deep.equal(['catchingUp', 'serves']);
    const verdict = judge({ ...whole, scrub: { differsFrom: [0, 2] } });
    expect(verdict?.severity).to.equal('bad');
    expect(verdict?.findings[0]).to.deep.include({ type: 'differs', nodes: [0, 2] });
  });

  it('is about silence alone while the server does not answer', () => {
    const history = new History();
    const verdict = verdictOf({ status: viewOf(), history, nowMs: 9400, silentSinceMs: 4000 });
    expect(verdict?.findings).to.deep.equal([{ type: 'silent', severity: 'bad', seconds: 5 }]);
  });

  it('is absent before the first answer', () => {
    const evidence = { status: undefined, history: new History(), nowMs: 0 };
    expect(verdictOf({ ...evidence, silentSinceMs: undefined })).to.equal(undefined);
  });
});
