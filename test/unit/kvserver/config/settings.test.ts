import { httpLimitsDefault } from '@paxkv/kvserver/internal/api/http/index';
import { scrubLimitsDefault } from '@paxkv/kvserver/internal/config/scrub-limits';
import {
  addressToText,
  ampleResources,
  type Config,
  limitsDefault,
  parseConfig,
} from '@paxkv/kvserver/internal/config/settings';
import { expect } from 'chai';
import { clusterSecret } from '../../../process/cluster-secret.ts';
import { problemsOf, settings } from './settings-under-test.ts';

describe('Config', () => {
  it('fills in what is not set', () => {
    const expected: Config = {
      nodeId: 1,
      clusterId: 'test',
      addresses: [
        { host: '127.0.0.1', port: 4400 },
        { host: '127.0.0.1', port: 4401 },
        { host: '127.0.0.1', port: 4402 },
      ],
      dataDirectory: '/var/lib/paxkv',
      listenHost: '127.0.0.1',
      listenPort: 4401,
      peerAddresses: ['127.0.0.1:5400', '127.0.0.1:5401', '127.0.0.1:5402'],
      peerListenHost: '127.0.0.1',
      peerListenPort: 5401,
      peerCredentials: { secrets: [Buffer.from(clusterSecret)] },
      unprovenPeers: false,
      insecure: false,
      auth: false,
      limits: limitsDefault,
      http: httpLimitsDefault,
      scrub: scrubLimitsDefault,
      resources: ampleResources,
      console: true,
      trace: false,
      logLevel: 'info',
      logFormat: 'auto',
      slowRequestMs: 1000,
      warnings: [],
    };
    expect(parseConfig(settings, ampleResources)).to.deep.equal(expected);
  });

  it("keeps settings that are given, and the other limits' defaults", () => {
    const config = parseConfig({
      ...settings,
      listenHost: '::1',
      listenPort: 0,
      limits: { batchRequestCountMax: 7 },
      http: { bodyTimeoutMs: 8 },
      featureLevelMax: 3,
      logLevel: 'debug',
    });
    const kept = { listenHost: '::1', listenPort: 0, featureLevelMax: 3, logLevel: 'debug' };
    expect(config).to.include(kept);
    expect(config.limits).to.deep.equal({ ...limitsDefault, batchRequestCountMax: 7 });
    expect(config.http).to.deep.equal({ ...httpLimitsDefault, bodyTimeoutMs: 8 });
  });

  it('accepts host names, IPv4 and IPv6 addresses', () => {
    const { addresses } = parseConfig({
      ...settings,
      nodeId: 0,
      addresses: ['localhost:1', '[fe80::1]:2', 'node-c.example:65535'],
      peerAddresses: ['localhost:2', '[fe80::1]:3', 'node-c.example:1'],
    });
    expect(addresses).to.deep.equal([
      { host: 'localhost', port: 1 },
      { host: 'fe80::1', port: 2 },
      { host: 'node-c.example', port: 65_535 },
    ]);
  });

  for (const [what, change, problem] of [
    ['an unknown setting (C1)', { colour: 'red' }, 'colour'],
    ['port 0 (C1)', { addresses: ['a:0'] }, 'addresses.0: "a:0"'],
    ['port 70000 (C1)', { addresses: ['a:70000'] }, 'addresses.0: "a:70000"'],
    ['a port that is no number (C1)', { addresses: ['a:abc'] }, 'addresses.0: "a:abc"'],
    ['an address without a port', { addresses: ['a'] }, 'addresses.0: "a"'],
    ['an IPv6 address without brackets', { addresses: ['::1:4400'] }, 'addresses.0'],
    ['no addresses', { addresses: [] }, 'addresses: '],
    ['a listening host that is none', { listenHost: '[::1]\n' }, 'listenHost: must be'],
    ['a listening port out of range', { listenPort: 65_536 }, 'listenPort: '],
    ['a negative limit (C1)', { limits: { requestTimeoutMs: -1 } }, 'limits.requestTimeoutMs: '],
    ['a limit of zero', { limits: { batchBytesMax: 0 } }, 'limits.batchBytesMax: '],
    ['a limit beyond what timers take', { http: { bodyTimeoutMs: 2 ** 31 } }, 'http.bodyTimeoutMs'],
    ['an unknown limit', { limits: { speedMax: 1 } }, 'speedMax'],
    ['a negative node id', { nodeId: -1 }, 'nodeId: '],
    ['a node id that is no whole number', { nodeId: 0.5 }, 'nodeId: '],
    ['an own id that is not in the list (C1)', { nodeId: 3 }, 'nodeId: 3 is not among the 3'],
    ['a cluster id with a line break', { clusterId: 'a\nb' }, 'clusterId: '],
    ['an empty cluster id', { clusterId: '' }, 'clusterId: '],
    ['no data directory', { dataDirectory: '' }, 'dataDirectory: '],
    ['an unknown log level', { logLevel: 'loud' }, 'logLevel: '],
    ['an unknown log format', { logFormat: 'xml' }, 'logFormat: '],
    ['a negative time', { slowRequestMs: -1 }, 'slowRequestMs: '],
  ] as const) {
    it(`refuses ${what} in one clear line`, () => {
      const problems = problemsOf({ ...settings, ...change });
      expect(problems).to.have.length(1);
      expect(problems[0]).to.contain(problem).and.not.to.contain('\n');
    });
  }

  it('refuses a duplicate address, ignoring case (C1)', () => {
    const addresses = ['localhost:1', 'LOCALHOST:1', 'localhost:2'];
    expect(problemsOf({ ...settings, addresses })).to.deep.equal([
      'addresses: 127.0.0.1:1 is given twice',
    ]);
  });

  it('refuses the same address under two names of loopback', () => {
    const addresses = ['localhost:1', '127.0.0.1:1', '[::1]:2', 'LOCALHOST:2', '127.0.0.2:1'];
    expect(problemsOf({ ...settings, addresses })).to.deep.equal([
      'addresses: 127.0.0.1:1 is given twice',
      'addresses: 127.0.0.1:2 is given twice',
    ]);
  });

  it('names every missing setting at once', () => {
    expect(problemsOf({})).to.have.length(4);
    expect(problemsOf(null)).to.have.length(1);
  });

  it('warns of an even number of nodes (C1)', () => {
    const { warnings } = parseConfig({ ...settings, addresses: settings.addresses.slice(0, 2) });
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain('odd');
  });

  for (const host of ['0.0.0.0', '::', '192.168.0.1', 'node-a.example', '127.0.0.1.example']) {
    it(`refuses to listen on ${host} unless set to be insecure (C2)`, () => {
      const open = { ...settings, listenHost: host, peerListenHost: '127.0.0.1' };
      expect(problemsOf(open)).to.have.length(1);
      expect(problemsOf(open)[0]).to.match(/^listenHost: .* insecure/);
      expect(parseConfig({ ...open, insecure: true }).warnings).to.have.length(1);
    });
  }

  it('writes addresses in the form in which it reads them', () => {
    const addresses = ['localhost:1', '127.0.0.1:2', '[::1]:3'];
    const parsed = parseConfig({ ...settings, addresses }).addresses;
    expect(parsed.map(addressToText)).to.deep.equal(addresses);
  });

  it('applies that rule to its own address if it listens there (C2)', () => {
    const addresses = ['10.0.0.1:1', '10.0.0.2:1', '10.0.0.3:1'];
    const peerListenHost = '127.0.0.1';
    expect(problemsOf({ ...settings, addresses, peerListenHost })).to.have.length(1);
    expect(problemsOf({ ...settings, addresses, listenHost: '127.0.0.1' })).to.deep.equal([]);
  });
});
