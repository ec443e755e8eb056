import { isLoopback } from '@paxkv/kvserver/internal/config/loopback';
import { expect } from 'chai';

describe('isLoopback', () => {
  for (const address of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1']) {
    it(`knows that ${address} stays within the machine`, () => {
      expect(isLoopback(address)).to.equal(true);
    });
  }

  for (const address of [
    undefined,
    '',
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '127.0.0.1.example',
    '127.x',
  ]) {
    it(`does not trust ${address || 'nothing'}`, () => {
      expect(isLoopback(address)).to.equal(false);
    });
  }
});
