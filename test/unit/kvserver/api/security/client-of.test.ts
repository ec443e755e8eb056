import { networkOf } from '@paxkv/kvserver/internal/api/security/client-of';
import { expect } from 'chai';

describe('the principal of a connection', () => {
  for (const [address, principal] of [
    ['127.0.0.1', 'loopback'],
    ['127.8.8.8', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    [undefined, ''],
  ] as const) {
    it(`is ${principal} for ${address}`, () => {
      expect(networkOf(address)).to.equal(principal);
    });
  }
});
