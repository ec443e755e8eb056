import { parseConfig } from '@paxkv/kvserver';
import {
  type StatusSource,
  statusOf,
  unavailableError,
} from '@paxkv/kvserver/internal/server-status';
import { expect } from 'chai';

const config = parseConfig({
  nodeId: 1,
  clusterId: 'test',
  addresses: ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3'],
  dataDirectory: 'data',
});

type Status = Exclude<StatusSource['node'], undefined>['status'];

const running: Status = {
  state: 'running',
  reason: undefined,
  failure: undefined,
  applied: 7,
  min: 3,
  max: 9,
  floor: 5,
  retained: { instances: 6, bytes: 100 },
  revision: 5,
  sessions: 2,
  pending: 1,
  leader: 0,
  peers: [{ node: 0, connected: true }],
};

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
    const status = statusOf(config, source());
    expect(status).to.deep.include({ node: 1, cluster: 'test', state: 'running', applied: 7 });
    expect(status).to.deep.include({ min: 3, max: 9, revision: 5, sessions: 2, pending: 1 });
    expect(status).to.deep.include({ leader: 0, peers: running.peers });
    expect(status).not.to.have.property('reason');
  });

  it('has the values of an empty log while the node is closed', () => {
    const status = statusOf(config, source({ node: undefined }));
    expect(status).to.deep.include({ state: 'starting', applied: -1, min: 0, max: -1 });
    expect(status).to.deep.include({ revision: 0, leader: null, peers: [] });
  });

  it('is starting until the node has joined the cluster', () => {
    expect(statusOf(config, withState('joining')).state).to.equal('starting');
    expect(statusOf(config, withState('repairing')).state).to.equal('repairing');
  });

  it('is repairing with the error of the storage until the node is open again', () => {
    const currentError = new Error('No space left on device.');
    const status = statusOf(config, source({ node: undefined, currentError }));
    expect(status).to.include({ state: 'repairing', reason: currentError.message });
  });

  it('is failed with the last error once the supervisor has given up', () => {
    const [currentError, failure] = [new Error('first'), new Error('last')];
    const status = statusOf(config, source({ node: undefined, currentError, failure }));
    expect(status).to.include({ state: 'failed', reason: 'last' });
  });

  it('is stopping as soon as a stop is requested, whatever the node does', () => {
    expect(statusOf(config, source({ isStopping: true })).state).to.equal('stopping');
    const failed = source({ isStopping: true, failure: new Error('last') });
    expect(statusOf(config, failed).state).to.equal('stopping');
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
});
