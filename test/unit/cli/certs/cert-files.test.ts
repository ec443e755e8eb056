import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { membersIn } from '@paxkv/kvserver/internal/config/member-name';
import { expect } from 'chai';
import { writeCerts } from 'paxkv/internal/certs/cert-files';

describe('paxkv certs', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-certs-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const plan = () => ({
    ...{ directory, cluster: 'demo', members: 2, days: 30 },
    ...{ hosts: ['db.example', '192.0.2.1', '::1'], users: ['anna'] },
  });
  const certificateOf = async (name: string) =>
    new X509Certificate(await readFile(join(directory, `${name}.pem`), 'utf8'));

  it('makes a certificate that names each member and its hosts, signed by the authority', async () => {
    const { files, isRenewal } = await writeCerts(plan());
    expect(isRenewal).to.equal(false);
    expect(files).to.include.members(['ca.pem', 'ca-key.pem', 'member-1.pem', 'user-anna-key.pem']);
    const [ca, member, user] = await Promise.all(
      ['ca', 'member-1', 'user-anna'].map(certificateOf),
    );
    if (ca === undefined || member === undefined || user === undefined)
      return expect.fail('missing');
    expect(membersIn(member)).to.deep.equal(['paxkv://demo/member/1']);
    expect(member.checkHost('db.example')).to.equal('db.example');
    expect([member.checkIP('192.0.2.1'), member.checkIP('::1')]).to.deep.equal([
      '192.0.2.1',
      '::1',
    ]);
    expect([ca.ca, member.ca, user.ca]).to.deep.equal([true, false, false]);
    for (const certificate of [member, user]) {
      expect(certificate.checkIssued(ca) && certificate.verify(ca.publicKey)).to.equal(true);
    }
    expect(user.subject).to.equal('CN=anna');
    expect(membersIn(user)).to.deep.equal([]);
    // 1.3.6.1.5.5.7.3.1 is the use by servers, which a user does not get.
    expect(user.keyUsage).to.deep.equal(['1.3.6.1.5.5.7.3.2']);
    const days = (new Date(member.validTo).getTime() - Date.now()) / 86_400_000;
    expect(days).to.be.within(29, 30.1);
  });

  it('renews the certificates, and keeps the authority', async () => {
    await writeCerts(plan());
    const [ca, member] = [await certificateOf('ca'), await certificateOf('member-0')];
    expect(await writeCerts(plan())).to.include({ isRenewal: true });
    expect((await certificateOf('ca')).fingerprint256).to.equal(ca.fingerprint256);
    const renewed = await certificateOf('member-0');
    expect(renewed.fingerprint256).not.to.equal(member.fingerprint256);
    expect(renewed.verify(ca.publicKey)).to.equal(true);
  });

  it('refuses half an authority', async () => {
    await writeCerts(plan());
    await unlink(join(directory, 'ca-key.pem'));
    const error: unknown = await writeCerts(plan()).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'CLI_DATA' });
  });
});
