import { parseConfig } from '@paxkv/kvserver/internal/config/settings';
import { expect } from 'chai';
import { authority, member0, member1 } from '../transport/certificates.ts';
import { problemsOf, settings } from './settings-under-test.ts';

const alone = { ...settings, nodeId: 0, addresses: ['127.0.0.1:4400'] };
const { clusterSecret: _, ...unproven } = settings;

describe('the settings of peers', () => {
  it('listen at a port of their own, 1,000 above that for clients', () => {
    const { peerAddresses, peerListenHost, peerListenPort } = parseConfig(settings);
    expect(peerAddresses).to.deep.equal(['127.0.0.1:5400', '127.0.0.1:5401', '127.0.0.1:5402']);
    expect([peerListenHost, peerListenPort]).to.deep.equal(['127.0.0.1', 5401]);
  });

  it('listen where they are told to', () => {
    const peerAddresses = ['10.0.0.1:1', '10.0.0.2:2', '[fd00::3]:3'];
    const config = parseConfig({ ...settings, peerAddresses, insecure: true });
    expect(config).to.deep.include({
      peerAddresses,
      peerListenHost: '10.0.0.2',
      peerListenPort: 2,
    });
    const inside = parseConfig({ ...settings, listenHost: '::1' });
    expect(inside).to.include({ peerListenHost: '::1', peerListenPort: 5401 });
    const apart = parseConfig({ ...settings, peerAddresses, peerListenHost: '127.0.0.1' });
    expect(apart.peerListenHost).to.equal('127.0.0.1');
  });

  it('have a secret, unless the server is the only one or insecure', () => {
    expect(problemsOf(unproven)).to.have.length(1);
    expect(problemsOf(unproven)[0]).to.match(/^clusterSecret: /);
    const { warnings } = parseConfig({ ...unproven, insecure: true });
    expect(warnings).to.deep.equal([
      'insecure: every process that reaches 127.0.0.1:5401 can pass for a server of the cluster',
    ]);
    expect(problemsOf({ ...alone, clusterSecret: undefined })).to.deep.equal([]);
  });

  it('are encrypted beyond loopback, unless the server is insecure', () => {
    const open = { ...settings, peerListenHost: '10.0.0.2' };
    expect(problemsOf(open)).to.have.length(1);
    expect(problemsOf(open)[0]).to.match(/^peerListenHost: 10\.0\.0\.2 .*set peerTls, or insecure/);
    const { warnings } = parseConfig({ ...open, insecure: true });
    expect(warnings.join()).to.match(/^insecure: .* at 10\.0\.0\.2:5401, can be read/);
    expect(problemsOf({ ...alone, peerListenHost: '10.0.0.2' })).to.deep.equal([]);
  });

  it('warn while servers count that prove nothing', () => {
    expect(parseConfig(settings).unprovenPeers).to.equal(false);
    const { warnings } = parseConfig({ ...settings, unprovenPeers: true });
    expect(warnings.join()).to.match(/^unprovenPeers: /);
  });

  for (const [what, change, problem] of [
    ['a secret that is too short', { clusterSecret: 'short' }, 'clusterSecret: must have 32'],
    ['too few addresses', { peerAddresses: ['a:1'] }, 'peerAddresses: there are 1 for 3'],
    ['no address', { peerAddresses: ['a', 'b:1', 'c:1'] }, 'peerAddresses.0: "a" is not'],
    [
      'a port that clients use',
      { peerAddresses: ['127.0.0.1:1', 'localhost:4401', '127.0.0.1:3'] },
      'peerAddresses: 127.0.0.1:4401 is given twice',
    ],
    [
      'no room above a port',
      { addresses: ['127.0.0.1:64536', '127.0.0.1:2', '127.0.0.1:3'] },
      'addresses: above port 64536 there is none for peers, 1000 higher; set peerAddresses',
    ],
    ['a key that is none', { peerTls: { key: 'x', cert: 'x', ca: 'x' } }, 'peerTls.key: must be'],
    ['a part of TLS alone', { peerTls: { key: '-----BEGIN ' } }, 'peerTls.cert: '],
  ] as const) {
    it(`refuse ${what}`, () => {
      expect(problemsOf({ ...settings, ...change })[0]).to.contain(problem);
    });
  }

  it('take a certificate of this member, and no other', () => {
    const cluster = { ...settings, clusterId: 'cluster-of-the-test', peerListenHost: '10.0.0.2' };
    const peerTls = { ...member1, ca: authority };
    expect(parseConfig({ ...cluster, peerTls }).peerCredentials.tls).to.deep.equal(peerTls);
    expect(problemsOf({ ...cluster, nodeId: 2, peerTls })[0]).to.match(
      /^peerTls\.cert: the certificate does not name paxkv:\/\/cluster-of-the-test\/member\/2 /,
    );
    const { key } = member0;
    expect(problemsOf({ ...cluster, peerTls: { ...peerTls, key } })[0]).to.match(
      /^peerTls: the key/,
    );
  });

  it('repeat no secret in a problem', () => {
    const secret = 'a planted secret';
    const text = problemsOf({
      ...settings,
      clusterSecret: secret,
      peerTls: { key: secret },
    }).join();
    expect(text).to.not.contain('planted');
  });
});
