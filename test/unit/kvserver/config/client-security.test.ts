import { parseConfig } from '@paxkv/kvserver';
import { clientTlsProblemsOf } from '@paxkv/kvserver/internal/config/client-security';
import { expect } from 'chai';
import { issue, makeAuthority } from 'paxkv/internal/certs/authority';
import { problemsOf as problemsOfSettings } from './settings-under-test.ts';

describe('The security of clients', () => {
  let tls: { key: string; cert: string };
  const base = { nodeId: 0, clusterId: 'test', addresses: ['0.0.0.0:4401'], dataDirectory: 'data' };

  before(async () => {
    tls = await issue(
      await makeAuthority('test', 1),
      { commonName: 'x', hosts: ['localhost'], uses: ['server'] },
      1,
    );
  });

  const problemsOf = (more: object) => problemsOfSettings({ ...base, ...more });

  it('is needed in full beyond this machine, unless insecure says otherwise (C2)', () => {
    expect(problemsOf({})[0]).to.include('clients meet no TLS and no authentication');
    expect(problemsOf({ auth: true })[0]).to.include('clients meet no TLS there');
    expect(problemsOf({ tls })[0]).to.include('clients meet no authentication there');
    expect(problemsOf({ tls, auth: true })).to.deep.equal([]);
    const warningsOf = (more: object) =>
      parseConfig({ ...base, insecure: true, ...more }).warnings.join('\n');
    expect(warningsOf({})).to.include('can read and write all data');
    expect(warningsOf({ tls })).to.include('can read and write all data');
    expect(warningsOf({ auth: true })).to.include('tokens and data can be read on the way');
    expect(warningsOf({ tls, auth: true })).not.to.include('insecure');
  });

  it('has a certificate that fits its key and has not expired (C10)', async () => {
    const { key } = await makeAuthority('other', 1);
    expect(problemsOf({ tls: { ...tls, key } })[0]).to.match(
      /^tls: the key or a certificate cannot be used/,
    );
    expect(problemsOf({ tls: { ...tls, cert: 'none' } })[0]).to.equal('tls.cert: must be in PEM');
    const tomorrow = Date.now() + 2 * 86_400_000;
    expect(clientTlsProblemsOf(tls)).to.deep.equal([]);
    expect(clientTlsProblemsOf(tls, tomorrow)[0]).to.match(
      /^tls.cert: the certificate has expired on /,
    );
  });

  it('has a root token that is long enough, and trimmed', () => {
    expect(problemsOf({ insecure: true, rootToken: 'short' })[0]).to.match(
      /^rootToken: must be at least 32/,
    );
    const { rootToken } = parseConfig({
      ...base,
      insecure: true,
      rootToken: `${'r'.repeat(32)}\n`,
    });
    expect(rootToken).to.equal('r'.repeat(32));
  });
});
