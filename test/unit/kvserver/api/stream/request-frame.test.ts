import { FrameError } from '@paxkv/kvserver/internal/api/stream/plain-reader';
import { type FrameRequest, readRequests } from '@paxkv/kvserver/internal/api/stream/request-frame';
import { decodeBatch } from '@paxkv/kvserver/internal/state-machine/batch';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodePairs } from './stream-under-test.ts';

const key = Buffer.from('k');
const value = Buffer.from('v');

/** A value of the log with one request, which has these bytes. */
function batchOf(encoded: Uint8Array): Uint8Array {
  const head = [1, 0x94, 0, 0, 0, 0x91];
  return Uint8Array.from([...head, ...encoded]);
}

function read(frame: Uint8Array, countMax = 100): FrameRequest[] | undefined {
  try {
    return readRequests(frame, countMax);
  } catch (error) {
    expect(error).to.be.instanceOf(FrameError);
    return undefined;
  }
}

describe('Request frame', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((part) => Buffer.from(part));
  const command = fc.oneof(
    fc.tuple(fc.constantFrom(0, 3, 5), bytes),
    fc.tuple(fc.constantFrom(1, 2), bytes, bytes),
    fc.tuple(fc.constant(4), fc.string({ minLength: 1, maxLength: 8 })),
  );
  const stamp = fc
    .tuple(fc.nat(), fc.nat(), fc.nat())
    .map(([session, a, b]) => [session + 1, Math.max(a, b) + 1, Math.min(a, b) + 1]);
  const row = fc.tuple(command, fc.option(stamp, { nil: [] })).map(([first, rest]) => {
    const takesStamp = first[0] !== 4 && first[0] !== 5;
    return takesStamp ? [first, ...rest] : [first];
  });
  const pairs = fc.array(fc.tuple(fc.nat(0xffff_ffff), row), { minLength: 1, maxLength: 10 });

  it('is decoded to what the client encoded', () => {
    fc.assert(
      fc.property(pairs, (asked) => {
        const requests = readRequests(encodePairs(asked as [number, unknown][]), 100);
        expect(requests.map(({ id }) => id)).to.deep.equal(asked.map(([id]) => id));
        const kinds = requests.map(({ request }) => request?.consistency === 'serializable');
        expect(kinds).to.deep.equal(asked.map(([, [first]]) => (first as unknown[])[0] === 5));
      }),
    );
  });

  it('fails as a whole if more than 64 of its requests are malformed', () => {
    const frameOf = (count: number) =>
      encodePairs([
        ...Array.from({ length: count }, (_, id): [number, unknown] => [id, [[99]]]),
        [1000, [[0, key]]],
      ]);
    expect(read(frameOf(64), 4096)?.filter(({ error }) => error !== undefined)).to.have.lengthOf(
      64,
    );
    expect(read(frameOf(65), 4096)).to.equal(undefined);
  });

  it('accepts only what the log decodes to the same request, whatever was damaged', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
    let accepted = 0;
    fc.assert(
      fc.property(pairs, damage, (asked, changes) => {
        const frame = encodePairs(asked as [number, unknown][]);
        for (const [place, byte] of changes) frame[place % frame.length] = byte;
        for (const { request } of read(frame) ?? []) {
          if (request?.encoded === undefined) continue;
          const { encoded, ...plain } = request;
          accepted += 1;
          const [again] = decodeBatch(batchOf(encoded)).requests;
          expect(JSON.stringify(again)).to.equal(JSON.stringify(plain));
        }
      }),
      { numRuns: 500 },
    );
    expect(accepted).to.be.above(100);
  });

  it('never throws anything but FrameError for random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (frame) => void read(frame)),
      { numRuns: 2000 },
    );
  });

  it('leaves out the encoded form of a get without a stamp', () => {
    const [get, stamped] = readRequests(
      encodePairs([
        [1, [[0, key]]],
        [2, [[0, key], 1, 1, 1]],
      ]),
      2,
    );
    expect(get?.request).to.not.have.property('encoded');
    expect(stamped?.request).to.have.property('encoded');
  });

  for (const [what, ...asked] of [
    ['an id over 32 bits', [2 ** 32, [[0, key]]]],
    ['no row', [1, 2]],
    ['no row after a good request', [1, [[0, key]]], [2, key]],
    ['rows too deep in one another', [1, [[[[]]]]]],
    ['a number below 0', [1, [[-1, key]]]],
    ['more requests than are taken', [1, [[0, key]]], [2, [[0, key]]], [3, [[0, key]]]],
  ] as [string, ...[number, unknown][]][]) {
    it(`refuses a frame with ${what}`, () => {
      expect(read(encodePairs(asked), 2)).to.equal(undefined);
    });
  }

  for (const [what, row, code = 'KV_BAD_REQUEST'] of [
    ['a row without fields', []],
    ['a request without a command', [0, key]],
    ['a command without fields', [[]]],
    ['a tag that is no number', [[key, key]]],
    ['an unknown command', [[99, key]]],
    ['a get with a value', [[0, key, value]]],
    ['a put without a value', [[1, key]]],
    ['a put with more than a value', [[1, key, value, value]]],
    ['an empty key', [[0, Buffer.alloc(0)]]],
    ['a serializable get of an empty key', [[5, Buffer.alloc(0)]]],
    ['a key over its limit', [[0, Buffer.alloc(1025)]], 'KV_TOO_LARGE'],
    ['a value over its limit', [[1, key, Buffer.alloc(1024 * 1024 + 1)]], 'KV_TOO_LARGE'],
    ['a key that is a text', [[0, 'k']]],
    ['a name over its limit', [[4, 'x'.repeat(65)]]],
    ['an empty name', [[4, '']]],
    ['half a stamp', [[1, key, value], 7, 1]],
    ['more than a stamp', [[1, key, value], 7, 1, 1, 1]],
    ['a stamp of session 0', [[1, key, value], 0, 1, 1]],
    ['a stamp of number 0', [[1, key, value], 7, 0, 0]],
    ['a first outstanding number above its own', [[1, key, value], 7, 1, 2]],
    ['a stamp of bytes', [[1, key, value], key, key, key]],
    ['a serializable get with a stamp', [[5, key], 7, 1, 1]],
    ['a serializable get with a value', [[5, key, value]]],
    ['a session that opens within a session', [[4, 'me'], 7, 1, 1]],
  ] as [string, unknown, string?][]) {
    it(`has an error for ${what}, and accepts the requests beside it`, () => {
      const good = [[1, key, value], 7, 1, 1];
      const [before, bad, after, ...rest] = readRequests(
        encodePairs([
          [1, good],
          [2, row],
          [3, good],
        ]),
        3,
      );
      expect(bad?.id).to.equal(2);
      expect(bad?.request).to.equal(undefined);
      expect(bad?.error).to.include({ code, outcome: 'not done' });
      expect(before?.request?.command.type).to.equal('put');
      expect(after?.request?.command.type).to.equal('put');
      expect(rest).to.deep.equal([]);
    });
  }

  it('refuses a frame that is cut at any byte', () => {
    const frame = encodePairs([[300, [[1, key, value], 7, 3, 2]]]);
    for (let length = 0; length < frame.length; length += 1) {
      expect(read(frame.subarray(0, length)), `${length} bytes`).to.equal(undefined);
    }
    expect(read(frame)).to.have.length(1);
  });
});
