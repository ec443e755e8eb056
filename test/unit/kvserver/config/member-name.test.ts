import { memberName, membersIn } from '@paxkv/kvserver/internal/config/member-name';
import { expect } from 'chai';

describe('the name of a member', () => {
  it('is a URI with the cluster and the number', () => {
    expect(memberName('demo', 2)).to.equal('paxkv://demo/member/2');
  });

  it('is found among the other names of a certificate', () => {
    const subjectAltName =
      'DNS:a.example, URI:paxkv://demo/member/2, IP Address:127.0.0.1, URI:paxkv://x_1.y/member/10';
    expect(membersIn({ subjectAltName })).to.deep.equal([
      'paxkv://demo/member/2',
      'paxkv://x_1.y/member/10',
    ]);
  });

  it('is not found where a certificate only contains its text', () => {
    const names = [
      undefined,
      '',
      'DNS:paxkv://demo/member/2',
      'URI:https://paxkv://demo/member/2',
      'URI:paxkv://demo/member/2/more',
      'URI:paxkv://demo/member/-2',
      'URI:paxkv://demo/client/2',
      'URI:"https://a/, URI:paxkv://demo/member/2"',
      'email:URI:paxkv://demo/member/2',
    ];
    for (const subjectAltName of names) {
      expect(membersIn({ subjectAltName }), subjectAltName).to.deep.equal([]);
    }
    expect(membersIn(undefined)).to.deep.equal([]);
  });
});
