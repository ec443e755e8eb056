import { parseConfig } from '@paxkv/kvserver';
import {
  currentChecks,
  type Observed,
  type StatusSource,
  statusOf,
  unavailableError,
} from '@paxkv/kvserver/internal/server-status';
import { systemClock } from '@paxkv/kvserver/internal/system/clock';
import { statusSchema } from '@paxkv/protocol';
import { expect } from 'chai';
import { clusterSecret } from '../../process/cluster-secret.ts';

const config = parseConfig({
  nodeId: 1,
  clusterId: 'test',
  clusterSecret,
  addresses: ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3'],
  dataDirectory: 'data',
});

type Status = Exclude<StatusSource['node'], undefined>['status'];

const running: Status = {
  peerRefusals: { 'wrong proof': 2 },
  state: 'running',
  reason: undefined,
  failure: undefined,
  applied: 7,
  min: 3,
  max: 9,
  floor: 5,
  revision: 5,
  sessions: 2,
  pending: 1,
  leader: 0,
  scrub: undefined,
  peers: [{ node: 0, connected: true }],
  featureLevel: 1,
  incarnation: undefined,
  isFounded: true,
  featureLevels: { lowest: 1, highest: 2 },
  answeredMs: 900,
  currentMs: 800,
  waitingBytes: 33,
  retained: { instances: 4, bytes: 400 },
  doneByPeer: [7, 6, 2],
  awaited: [],
  disk: {
    lastMs: 950,
    pendingSinceMs: undefined,
    failure: undefined,
    writeCount: 4,
    p50Ms: 1.234,
    p99Ms: 9,
  },
};

/** At this time, with a majority since 400. */
const observed = {
  nowMs: 1000,
  majority: { passed: true, sinceMs: 400 },
  election: { leader: 0, atMs: 100 },
};

function statusAt(given: StatusSource, changes: Partial<Observed> = {}) {
  return statusOf(config, given, { ...observed, ...changes });
}

function source(changes: Partial<StatusSource> = {}): StatusSource {
  const node = { status: running };
  const base = { node, currentError: undefined, failure: undefined, isStopping: false };
  return { ...base, ...changes };
}

function withState(state: Status['state']): StatusSource {
  return source({ node: { status: { ...running, state } } });
}

describe('The status of a server', () => {
  it('has what the node reports', () => {
    const status = statusAt(source());
    expect(status).to.deep.include({ node: 1, cluster: 'test', state: 'running', applied: 7 });
    expect(status).to.deep.include({ min: 3, max: 9, revision: 5, sessions: 2, pending: 1 });
    const featureLevels = { lowest: 1, highest: 2 };
    expect(status).to.deep.include({ featureLevel: 1, featureLevels });
    expect(status).to.deep.include({ leader: 0 });
    expect(status.peers).to.deep.equal([{ node: 0, connected: true, address: '127.0.0.1:1' }]);
    expect(status).not.to.have.property('reason');
  });

  it('says when all rows were verified last, in the time of day', () => {
    const scrub = {
      isRunning: true,
      rows: 5,
      lastPassMs: systemClock.now() - 1000,
      differsFrom: [2],
    };
    const status = statusAt(source({ node: { status: { ...running, scrub } } }));
    expect(status.scrub).to.deep.include({ isRunning: true, rows: 5, differsFrom: [2] });
    expect(Date.now() - (status.scrub?.lastPassAtMs ?? 0)).to.be.within(900, 5000);
    expect(statusSchema.parse(JSON.parse(JSON.stringify(status)))).to.deep.equal(status);
    const before = { ...scrub, lastPassMs: undefined };
    const early = statusAt(source({ node: { status: { ...running, scrub: before } } }));
    expect(early.scrub).not.to.have.property('lastPassAtMs');
    expect(statusAt(source())).not.to.have.property('scrub');
  });

  it('has how old its evidence is', () => {
    const status = statusAt(source());
    expect(status.majority).to.deep.equal({ reached: true, forMs: 600 });
    expect(status.lag).to.deep.equal({ instances: 2, waitingBytes: 33, ageMs: 200 });
    expect(status.election).to.deep.equal({ leader: 0, agoMs: 900 });
    const disk = { flushes: 4, p50Ms: 1.23, p99Ms: 9, lastAgoMs: 50, pendingMs: 0 };
    expect(status.disk).to.deep.equal(disk);
    expect(status.checks.find(({ name }) => name === 'quorum')).to.include({ value: 100 });
  });

  it('names the nodes that the log is kept for, and how much of it', () => {
    const neededBy = [{ node: 2, instances: 4 }];
    expect(statusAt(source()).retained).to.deep.equal({ instances: 4, bytes: 400, neededBy });
    const level = { ...running, doneByPeer: [9, 6, 6] };
    const { retained } = statusAt(source({ node: { status: level } }));
    expect(retained?.neededBy).to.deep.equal([]);
  });

  it('fails the checks that its node has no evidence for', () => {
    const failed = (given: StatusSource) =>
      currentChecks(given, 1000)
        .filter(({ passed }) => !passed)
        .map(({ name }) => name);
    expect(failed(source())).to.deep.equal([]);
    expect(failed(source({ node: undefined }))).to.deep.equal(['state', 'quorum', 'level']);
    const hung = { ...running, disk: { ...running.disk, pendingSinceMs: -1500 } };
    expect(failed(source({ node: { status: hung } }))).to.deep.equal(['disk']);
  });

  it('says what the node takes from another one, while it does', () => {
    const catchUp = { tier: 'log', from: 2, received: 5, total: 90 } as const;
    const behind = source({ node: { status: { ...running, catchUp } } });
    expect(statusAt(behind).catchUp).to.deep.equal(catchUp);
    expect(statusAt(source())).not.to.have.property('catchUp');
  });

  it('has the values of an empty log while the node is closed', () => {
    const status = statusAt(source({ node: undefined }));
    expect(status).to.deep.include({ state: 'starting', applied: -1, min: 0, max: -1 });
    expect(status).to.deep.include({ revision: 0, leader: null, peers: [] });
  });

  it('is starting until the node has joined the cluster', () => {
    expect(statusAt(withState('joining')).state).to.equal('starting');
    expect(statusAt(withState('repairing')).state).to.equal('repairing');
  });

  it('is repairing with the error of the storage until the node is open again', () => {
    const currentError = new Error('No space left on device.');
    const status = statusAt(source({ node: undefined, currentError }));
    expect(status).to.include({ state: 'repairing', reason: currentError.message });
  });

  it('is failed with the last error once the supervisor has given up', () => {
    const [currentError, failure] = [new Error('first'), new Error('last')];
    const status = statusAt(source({ node: undefined, currentError, failure }));
    expect(status).to.include({ state: 'failed', reason: 'last' });
  });

  it('is stopping as soon as a stop is requested, whatever the node does', () => {
    expect(statusAt(source({ isStopping: true })).state).to.equal('stopping');
    const failed = source({ isStopping: true, failure: new Error('last') });
    expect(statusAt(failed).state).to.equal('stopping');
  });
});

describe('unavailableError', () => {
  it('says why the server serves no requests, as not done', () => {
    const currentError = new Error('No space left on device.');
    const error = unavailableError(source({ node: undefined, currentError }));
    expect(error).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
    expect(error.message).to.equal('This server is repairing: No space left on device.');
    const starting = unavailableError(source({ node: undefined }));
    expect(starting.message).to.equal('This server is starting.');
  });

  it('names no folders of the server, like everything that clients see of a failure', () => {
    const full = "ENOSPC: no space left on device, open '/var/lib/paxkv/journal/1'";
    const failed = source({ node: undefined, currentError: new Error(full) });
    const reason = "ENOSPC: no space left on device, open '1'";
    expect(unavailableError(failed).message).to.equal(`This server is repairing: ${reason}.`);
    expect(statusAt(failed)).to.include({ reason });
    expect(currentChecks(failed, 0)[0]?.detail).to.equal(`repairing: ${reason}`);
  });
});
