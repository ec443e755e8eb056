import { parseConfig } from '@paxkv/kvserver/internal/config/settings';
import { expect } from 'chai';
import { toFlagProblem, toSettings } from 'paxkv/internal/serve/settings';

const options = {
  node: 1,
  peers: '127.0.0.1:1, 127.0.0.1:2,127.0.0.1:3',
  data: 'data/node-1',
  cluster: 'paxkv',
  logLevel: 'info',
} as const;

describe('toSettings', () => {
  it('gives settings that the server takes, with its own defaults where no flag was given', () => {
    const config = parseConfig(toSettings(options));
    expect(config).to.deep.include({
      nodeId: 1,
      clusterId: 'paxkv',
      dataDirectory: 'data/node-1',
      listenHost: '127.0.0.1',
      listenPort: 2,
      insecure: false,
      logLevel: 'info',
    });
    expect(config.addresses.map(({ port }) => port)).to.deep.equal([1, 2, 3]);
  });

  it('hands on each flag that was given', () => {
    const given = { ...options, host: '0.0.0.0', port: 0, insecure: true, logLevel: 'debug' };
    expect(parseConfig(toSettings(given))).to.deep.include({
      listenHost: '0.0.0.0',
      listenPort: 0,
      insecure: true,
      logLevel: 'debug',
    });
  });

  it('keeps an empty address, so that it is refused and not skipped', () => {
    const settings = toSettings({ ...options, peers: '127.0.0.1:1,,127.0.0.1:3' });
    expect(() => parseConfig(settings)).to.throw('"" is not host:port');
  });
});

describe('toFlagProblem', () => {
  it('names the flag that a setting came from', () => {
    expect(toFlagProblem('nodeId: too high')).to.equal('--node: too high');
    expect(toFlagProblem('addresses.2: not host:port')).to.equal('--peers: not host:port');
    expect(toFlagProblem('logLevel: unknown')).to.equal('--log-level: unknown');
  });

  it('leaves alone what is no flag', () => {
    expect(toFlagProblem('limits.batchBytesMax: too low')).to.equal(
      'limits.batchBytesMax: too low',
    );
    expect(toFlagProblem('nothing fits')).to.equal('nothing fits');
  });
});
