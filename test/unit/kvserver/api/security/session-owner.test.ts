import { ownerAt } from '@paxkv/kvserver/internal/api/security/session-owner';
import { expect } from 'chai';

describe('The owner of sessions', () => {
  for (const [address, owner] of [
    ['127.0.0.1', 'address loopback'],
    ['::1', 'address loopback'],
    ['10.0.0.1', 'address 10.0.0.1'],
    ['::ffff:10.0.0.1', 'address 10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', 'address 2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::7', 'address 2001:db8:1:2::/64'],
    ['2001:db8::7', 'address 2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'address fe80:0:0:0::/64'],
    [undefined, 'address '],
  ] as const) {
    it(`at ${address} is ${owner}`, () => {
      expect(ownerAt({ remoteAddress: address })).to.equal(owner);
    });
  }
});
