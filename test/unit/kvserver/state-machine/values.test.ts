import {
  decodeBatch,
  encodeBatch,
  encodeLevelRaise,
  noop,
} from '@paxkv/kvserver/internal/state-machine/batch';
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { Values } from '@paxkv/kvserver/internal/state-machine/values';
import { type Command, pack } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';
import { append, bytes, put } from './fixtures.ts';

const version = { lowest: 1, highest: 2, commands: { append: 2, delete: 3 } };
const origin = { node: 0, runId: 1, number: 1 };

function batchOf(...commands: Command[]): Uint8Array {
  return encodeBatch({ origin, requests: commands.map((command) => ({ command })) });
}

function codeOf(values: Values, value: Uint8Array): string {
  try {
    values.read(value);
    return 'read';
  } catch (error) {
    return error instanceof StateError ? error.code : expect.fail(String(error));
  }
}

describe('Values', () => {
  const values = new Values(version);

  it('accepts what a server of this version proposes', () => {
    for (const value of [noop, batchOf(put('k', 'v'), append('k', 'v')), encodeLevelRaise(2)]) {
      expect(values.accepts(value)).to.equal(true);
      expect(values.read(value)).to.deep.equal(decodeBatch(value));
    }
  });

  for (const [what, value] of [
    ['bytes that are no value', Uint8Array.of(0xff)],
    ['no bytes', new Uint8Array()],
    ['a batch without requests', batchOf()],
    [
      'a command of a level that it does not know',
      batchOf(put('k', 'v'), { type: 'delete', key: bytes('k') }),
    ],
    ['a batch that ends too early', batchOf(put('k', 'v')).subarray(0, -1)],
    ['bytes behind a batch', Buffer.concat([batchOf(put('k', 'v')), Buffer.of(0)])],
    ['a row that is no request', Buffer.concat([Buffer.of(1), pack([0, 1, 1, [[[1]]]])])],
  ] as const) {
    it(`accepts no ${what}`, () => {
      expect(values.accepts(value)).to.equal(false);
    });
  }

  it('accepts a raise above its version, so that the server learns that it is too old', () => {
    const raise = encodeLevelRaise(3);
    expect(values.accepts(raise)).to.equal(true);
    expect(codeOf(values, raise)).to.equal('STATE_LEVEL_UNSUPPORTED');
  });

  it('says why a value cannot be read', () => {
    expect(codeOf(values, Uint8Array.of(0xff))).to.equal('STATE_UNKNOWN_FORMAT');
    expect(codeOf(values, Uint8Array.of(1, 0xff))).to.equal('STATE_MALFORMED');
    expect(codeOf(values, encodeLevelRaise(3))).to.equal('STATE_LEVEL_UNSUPPORTED');
  });

  it('decodes a value that it accepted once, and forgets it when it is read', () => {
    const value = batchOf(put('k', 'v'));
    expect(values.accepts(value)).to.equal(true);
    // Nobody changes a value; here it shows that it is not decoded again.
    value.fill(0xff);
    expect(values.accepts(value)).to.equal(true);
    expect(values.read(value)).to.have.deep.property('origin', origin);
    expect(codeOf(values, value)).to.equal('STATE_UNKNOWN_FORMAT');
  });

  it('does not decode a batch again that it has encoded itself', () => {
    const requests = [{ command: put('k', 'v') }];
    const value = values.encode({ origin, requests });
    expect(value).to.deep.equal(encodeBatch({ origin, requests }));
    value.fill(0xff);
    expect(values.read(value)).to.have.deep.property('origin', origin);
    expect(codeOf(values, value)).to.equal('STATE_UNKNOWN_FORMAT');
  });

  it('encodes no batch that cannot be decoded', () => {
    const encoded = Uint8Array.of(0x91, 0xc1);
    const requests = [{ command: put('k', 'v') }, { command: put('k', 'v'), encoded }];
    expect(() => values.encode({ origin, requests })).to.throw(TypeError, 'cannot be decoded');
  });

  it('accepts as a batch nothing but a batch that it can apply', () => {
    expect(values.acceptsBatch(batchOf(put('k', 'v')))).to.equal(true);
    const unknown = batchOf({ type: 'delete', key: bytes('k') });
    for (const value of [noop, encodeLevelRaise(2), encodeLevelRaise(3), unknown, batchOf()])
      expect(values.acceptsBatch(value)).to.equal(false);
  });

  it('accepts nothing that it cannot read, whatever was damaged', () => {
    const encoded = batchOf(put('key', 'value'), append('key', 'more'));
    fc.assert(
      fc.property(fc.nat(encoded.length - 1), fc.nat(255), (at, byte) => {
        const damaged = new Uint8Array(encoded).with(at, byte);
        const isAccepted = values.accepts(damaged);
        if (isAccepted) expect(codeOf(new Values(version), damaged)).to.equal('read');
      }),
      { numRuns: 2000 },
    );
  });
});
