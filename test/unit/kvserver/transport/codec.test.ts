import type { ForwardedBatch } from '@paxkv/kvserver/internal/replica/ports';
import { seqMax } from '@paxkv/kvserver/internal/transport/checks/bounds';
import { FrameReader, pack, packMessage, unpack } from '@paxkv/kvserver/internal/transport/codec';
import { type Envelope, roundMax } from '@paxkv/paxos/core';
import { pagedBytesMin } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';
import { samples, stateSamples } from './samples.ts';

const value = new Uint8Array([1, 2]);
const newReader = () => new FrameReader(0, { nodeCount: 2, valueBytesMax: 1000 });
const read = (...contents: unknown[]) => newReader().read(Buffer.concat(contents.map(pack)), 1);

type Fields = Record<string, unknown>;
/** The sample of `type` that has the most fields, with some of them changed. */
function altered(type: string, changes: Fields, envelopeChanges: Fields = {}): object {
  const sample = samples.findLast(({ message }) => message.type === type);
  return { ...sample, ...envelopeChanges, message: { ...sample?.message, ...changes } };
}

/** The value of the one Accept in the frame. */
function valueIn(frame: Uint8Array, from = newReader()): Uint8Array {
  const reading = from.read(frame, 1);
  const [envelope] = reading.valid ? reading.content : [];
  const message = envelope !== undefined && 'message' in envelope ? envelope.message : undefined;
  return message?.type === 'accept' ? message.value : expect.fail('no accept');
}

describe('codec', () => {
  it('reads every message back, alone and in sequence', () => {
    for (const sample of samples)
      expect(read(sample)).to.deep.equal({ valid: true, content: [sample] });
    expect(read(...samples)).to.deep.equal({ valid: true, content: samples });
  });

  it('reads checksums of states, and refuses any that is out of bounds', () => {
    const message = { type: 'checksum', applied: 7, count: 5, sum: 2 ** 32 - 1 };
    expect(read(message)).to.deep.equal({ valid: true, content: [message] });
    for (const change of [{ applied: -1 }, { sum: 2 ** 32 }, { count: 0.5 }, { more: 1 }]) {
      expect(read({ ...message, ...change }).valid, JSON.stringify(change)).to.equal(false);
    }
  });

  it('keeps numbers up to their limits exact', () => {
    const ballot = { round: roundMax, peer: 1 };
    const content = altered('prepare', { seq: seqMax, ballot }, { done: seqMax, min: seqMax });
    expect(read(content)).to.deep.equal({ valid: true, content: [content] });
  });

  it('copies small values, which do not keep the frame in memory', () => {
    const frame = new Uint8Array(pack(samples[3]));
    const value = valueIn(frame);
    expect(value.buffer).to.not.equal(frame.buffer);
    expect(value.buffer.byteLength).to.equal(3);
  });

  it('copies a value that is half of its frame or less', () => {
    const packed = pack(altered('accept', { value: new Uint8Array(300).fill(7) }));
    for (const [bufferBytes, isCopied] of [
      [599, false],
      [600, true],
      [700, true],
    ] as const) {
      const frame = new Uint8Array(bufferBytes).subarray(0, packed.length);
      frame.set(packed);
      expect(valueIn(frame).buffer !== frame.buffer, `${bufferBytes}`).to.equal(isCopied);
    }
  });

  it('does not copy a value that is most of its frame', () => {
    const frame = new Uint8Array(pack(altered('accept', { value: new Uint8Array(900).fill(7) })));
    const value = valueIn(frame);
    expect(value.buffer).to.equal(frame.buffer);
    expect([value.byteLength, value[0], value.at(-1)]).to.deep.equal([900, 7, 7]);
  });

  it('copies a large value into pages of its own', () => {
    const large = new Uint8Array(pagedBytesMin).fill(7);
    const frame = new Uint8Array(pack(altered('accept', { value: large })));
    const bounds = { nodeCount: 2, valueBytesMax: pagedBytesMin };
    const value = valueIn(frame, new FrameReader(0, bounds));
    expect(value.buffer).to.not.equal(frame.buffer);
    expect(Buffer.compare(value, large)).to.equal(0);
  });

  describe('in pieces', () => {
    const bytesMin = 64 * 1024;
    const large = new Uint8Array(bytesMin).fill(7);
    const withFields = samples.findLast(({ message }) => message.type === 'accept');
    const accept = { ...withFields, message: { ...withFields?.message, value: large } };
    const forward = { type: 'forward', runId: 7, number: 3, value: large };
    const largeReader = new FrameReader(0, { nodeCount: 2, valueBytesMax: bytesMin });

    for (const message of [accept, forward] as (Envelope<Uint8Array> | ForwardedBatch)[]) {
      it(`sends the value of a large ${'type' in message ? 'forward' : 'accept'} as it is`, () => {
        const pieces = packMessage(message, bytesMin);
        expect(pieces.at(-1)).to.equal(large);
        const reading = largeReader.read(Buffer.concat(pieces), 1);
        expect(reading).to.deep.equal({ valid: true, content: [message] });
      });
    }

    it('copies a smaller value, and what is no single value', () => {
      const message = { ...accept, message: { ...accept.message, value: large.subarray(1) } };
      const smaller = message as Envelope<Uint8Array>;
      expect(packMessage(smaller, bytesMin - 1)).to.deep.equal([pack(smaller, bytesMin - 1)]);
      for (const sample of samples.filter(({ message: { type } }) => type !== 'accept')) {
        expect(packMessage(sample, bytesMin)).to.deep.equal([pack(sample, bytesMin)]);
      }
    });
  });

  it('refuses every message with a required field left out', () => {
    for (const sample of samples) {
      for (const field of Object.keys(sample.message)) {
        const { [field]: _, ...message } = { ...sample.message } as Fields;
        const { type } = sample.message;
        const mayBeAbsent = [
          ...[
            'promised vote',
            'rejected logPromise',
            'decided value',
            'accept decided',
            'accept knownUpTo',
            'heartbeat knownUpTo',
          ],
        ].includes(`${type} ${field}`);
        expect(read({ ...sample, message }).valid, `${type} ${field}`).to.equal(mayBeAbsent);
      }
    }
    for (const field of ['from', 'to', 'done', 'min', 'message']) {
      const { [field]: _, ...envelope } = { ...samples[0] } as Fields;
      expect(read(envelope).valid, field).to.equal(false);
    }
  });

  it('refuses every field of a wrong type', () => {
    const wrong = [
      null,
      undefined,
      true,
      'x',
      -2,
      0.5,
      Number.NaN,
      2 ** 53,
      -(2 ** 60),
      7n,
      [],
      {},
    ];
    const strange = [new Date(0), new Map(), /x/, Number.POSITIVE_INFINITY, [1], { round: 1 }];
    for (const sample of samples) {
      for (const content of [...wrong, ...strange]) {
        for (const [field, value] of Object.entries(sample.message)) {
          if (typeof value === 'boolean' && typeof content === 'boolean') continue;
          if (field === 'votes' && Array.isArray(content) && content.length === 0) continue;
          const message = { ...sample.message, [field]: content };
          expect(read({ ...sample, message }).valid, `${field} ${String(content)}`).to.equal(false);
        }
        for (const field of Object.keys(sample)) {
          expect(read({ ...sample, [field]: content }).valid, field).to.equal(false);
        }
      }
    }
  });

  it('refuses an unknown field at every depth, and an unknown type', () => {
    expect(read({ ...samples[0], extra: 1 }).valid).to.equal(false);
    expect(read(altered('prepare', { extra: 1 })).valid).to.equal(false);
    expect(read(altered('prepare', { ballot: { round: 1, peer: 0, x: 1 } })).valid).to.equal(false);
    expect(read(altered('prepare', { value: new Uint8Array() })).valid).to.equal(false);
    expect(read(altered('prepare', { type: 'nack' })).valid).to.equal(false);
    expect(read(altered('prepare', { ['__proto__']: { seq: 1 } })).valid).to.equal(false);
  });

  it('refuses rounds, peers and counts out of range', () => {
    const bad = [
      altered('prepare', { ballot: { round: 0, peer: 0 } }),
      altered('prepare', { ballot: { round: roundMax + 1, peer: 0 } }),
      altered('prepare', { ballot: { round: 1, peer: 2 } }),
      altered('prepare', { ballot: { round: 1, peer: -1 } }),
      altered('prepare', { seq: seqMax + 1 }),
      altered('accept', { decided: [] }),
      altered('accept', { decided: Array(65).fill({ seq: 0, ballot: { round: 1, peer: 0 } }) }),
      altered('accept', { decided: [{ seq: -1, ballot: { round: 1, peer: 0 } }] }),
      altered('heartbeat', { knownUpTo: -2 }),
      altered('learn', { count: 0 }),
      altered('learn', { count: 17 }),
      altered('learned', { values: [] }),
      altered('learned', { values: Array(17).fill(new Uint8Array()) }),
    ];
    for (const content of bad) expect(read(content).valid).to.equal(false);
  });

  it('accepts a value of exactly the limit, and refuses a longer one', () => {
    expect(read(altered('accept', { value: new Uint8Array(1000) })).valid).to.equal(true);
    for (const type of ['accept', 'decided']) {
      expect(read(altered(type, { value: new Uint8Array(1001) })).valid).to.equal(false);
    }
    expect(read(altered('learned', { values: [new Uint8Array(1001)] })).valid).to.equal(false);
  });

  it('refuses a message with another sender or recipient', () => {
    const frame = pack(samples[0]);
    expect(newReader().read(frame, 0)).to.deep.include({
      valid: false,
      reason: 'from: not the sender',
    });
    expect(read(altered('learn', {}, { to: 1 }))).to.deep.include({
      valid: false,
      reason: 'to: not this server',
    });
  });

  it('returns nothing of a frame with an invalid last message', () => {
    expect(read(...samples, altered('learn', { seq: -1 }))).to.deep.equal({
      valid: false,
      reason: 'message.seq: no whole number from 0 to 4503599627370496',
    });
  });

  it('repeats no received data in its reason', () => {
    const secret = 'a planted secret';
    for (const field of ['from', 'done', 'message', secret]) {
      const reading = read({ ...samples[0], [field]: secret });
      expect(JSON.stringify(reading)).to.not.include(secret);
    }
    for (const field of ['type', 'seq', 'ballot', 'value', secret]) {
      expect(JSON.stringify(read(altered('accept', { [field]: secret })))).to.not.include(secret);
    }
  });

  it('refuses an empty frame, a truncated one, and lengths beyond its end', () => {
    const frame = pack(samples[3]);
    for (let length = 0; length < frame.length; length += 1) {
      expect(newReader().read(frame.subarray(0, length), 1).valid).to.equal(false);
    }
    const lies = ['dd7fffffff', 'df7fffffff', 'c6ffffffff', 'dbffffffff', 'c9ffffffff01', 'dcffff'];
    for (const lie of lies) {
      expect(unpack(Buffer.from(lie, 'hex')), lie).to.equal(undefined);
      expect(newReader().read(Buffer.from(lie, 'hex'), 1).valid, lie).to.equal(false);
    }
  });

  it('unpacks exactly one value', () => {
    expect(unpack(pack({ a: 1 }))).to.deep.equal({ a: 1 });
    expect(unpack(new Uint8Array())).to.equal(undefined);
    expect(unpack(Buffer.concat([pack(1), pack(2)]))).to.equal(undefined);
  });

  it('refuses unbounded nesting, and fast', () => {
    const startMs = performance.now();
    expect(newReader().read(Buffer.alloc(1_000_000, 0x91), 1).valid).to.equal(false);
    expect(newReader().read(Buffer.alloc(1_000_000, 0x81), 1).valid).to.equal(false);
    expect(performance.now() - startMs).to.be.below(2000);
  });

  it('refuses a large binary in place of a map or a number, and fast', () => {
    const bytes = new Uint8Array(2_000_000);
    const startMs = performance.now();
    expect(read(bytes).valid).to.equal(false);
    expect(read(samples[0], bytes).valid).to.equal(false);
    expect(read({ ...samples[0], message: bytes }).valid).to.equal(false);
    expect(read(altered('prepare', { ballot: bytes })).valid).to.equal(false);
    expect(read(altered('promised', { vote: bytes })).valid).to.equal(false);
    expect(read(altered('learned', { values: bytes })).valid).to.equal(false);
    expect(read(altered('prepare', { seq: bytes })).valid).to.equal(false);
    expect(performance.now() - startMs).to.be.below(2000);
  });

  it('reads every message of a state transfer, among others', () => {
    const contents = [samples[0], ...stateSamples, samples[1]];
    expect(read(...contents)).to.deep.equal({ valid: true, content: contents });
  });

  it('refuses messages of a state transfer with a field missing, unknown or out of range', () => {
    const [fetch, page, refused] = stateSamples;
    const wrongs: object[] = [
      { ...fetch, page: -1 },
      { ...fetch, transfer: 2 ** 49 },
      { ...fetch, extra: 1 },
      { type: 'fetch', transfer: 1 },
      { ...page, applied: -1 },
      { ...page, applied: seqMax + 1 },
      { ...page, isLast: 1 },
      { ...page, rows: [[value]] },
      { ...page, rows: [[value, value, value]] },
      { ...page, rows: [['k', value]] },
      { ...page, rows: value },
      { ...refused, reason: 'x'.repeat(1025) },
      { ...refused, type: 'other' },
    ];
    for (const wrong of wrongs) expect(read(wrong).valid, JSON.stringify(wrong)).to.equal(false);
  });

  it('survives 20,000 mutated frames, and accepts only what packs to the same bytes again', () => {
    const contents = [...samples, ...stateSamples];
    const frames = [...contents.map((sample) => Buffer.from(pack(sample))), Buffer.alloc(40)];
    const mutation = fc.record({
      kind: fc.constantFrom('set', 'cut', 'insert', 'repeat'),
      at: fc.nat(),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
    });
    let validCount = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        (frame, mutations) => {
          const reading = newReader().read(mutations.reduce(mutate, frame), 1);
          if (!reading.valid) return;
          validCount += 1;
          for (const content of reading.content) {
            expect(read(content)).to.deep.equal({ valid: true, content: [content] });
          }
        },
      ),
      { numRuns: 20_000 },
    );
    expect(validCount).to.be.above(0).and.below(20_000);
  }).timeout(30_000);
});

function mutate(frame: Buffer, mutation: { kind: string; at: number; bytes: Uint8Array }): Buffer {
  const at = mutation.at % (frame.length + 1);
  const [head, tail] = [frame.subarray(0, at), frame.subarray(at)];
  switch (mutation.kind) {
    case 'set':
      return Buffer.concat([head, mutation.bytes, tail.subarray(mutation.bytes.length)]);
    case 'cut':
      return Buffer.concat([head, tail.subarray(mutation.bytes.length)]);
    case 'insert':
      return Buffer.concat([head, mutation.bytes, tail]);
    default:
      return Buffer.concat([frame, tail]);
  }
}
