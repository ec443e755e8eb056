import { digestOf } from '@paxkv/kvserver/internal/state-machine/sessions/command-digest';
import type { KeyCommand } from '@paxkv/kvserver/internal/state-machine/store/commands/effect';
import { expect } from 'chai';
import fc from 'fast-check';
import { append, get, put, remove } from '../fixtures.ts';

const key = fc.uint8Array({ minLength: 1, maxLength: 40 });
const value = fc.uint8Array({ maxLength: 300 });
const command: fc.Arbitrary<KeyCommand> = fc.oneof(
  fc.record({ type: fc.constantFrom('put' as const, 'append' as const), key, value }),
  fc.record({ type: fc.constantFrom('get' as const, 'delete' as const), key }),
);

describe('digest of a command', () => {
  it('distinguishes types, keys, values and their boundaries', () => {
    const commands = [
      ...[put('k', 'v'), append('k', 'v'), get('k'), remove('k')],
      ...[put('kv', ''), put('k', ''), put('l', 'v'), put('k', 'w'), put('k', 'vv')],
    ];
    expect(new Set(commands.map(digestOf)).size).to.equal(commands.length);
  });

  it('is stable, since sessions on disk contain it', () => {
    const digests = [get('k'), put('k', 'v'), append('key', 'x'.repeat(300)), remove('k')];
    expect(digests.map(digestOf)).to.deep.equal([
      4398187173725, 4421647234202, 13961621603222, 4411072075613,
    ]);
  });

  it('is an integer that a double holds exactly, also for the largest command', () => {
    fc.assert(
      fc.property(command, (any) => {
        expect(digestOf(any)).to.satisfy(Number.isSafeInteger).and.be.at.least(0);
      }),
    );
    const largest = {
      type: 'append',
      key: new Uint8Array(1024).fill(255),
      value: new Uint8Array(1024 * 1024 - 1).fill(255),
    } as const;
    expect(digestOf(largest)).to.satisfy(Number.isSafeInteger);
  });

  it('depends on the bytes only, not on their position in a buffer', () => {
    const bytes = Uint8Array.of(9, 1, 2, 3, 9);
    const view = { type: 'put', key: bytes.subarray(1, 2), value: bytes.subarray(2, 4) } as const;
    const own = { type: 'put', key: Uint8Array.of(1), value: Uint8Array.of(2, 3) } as const;
    expect(digestOf(view)).to.equal(digestOf(own));
  });

  it('never changes, since sessions on disk hold it', () => {
    expect(digestOf(put('key', 'value'))).to.equal(13287661368294);
    const by = (count: bigint) =>
      ({ type: 'increment', key: new Uint8Array(1000), by: count }) as const;
    expect([1n, 10n].map((count) => digestOf(by(count)))).to.deep.equal([
      6812504837099999, 6812509085595308,
    ]);
  });
});
