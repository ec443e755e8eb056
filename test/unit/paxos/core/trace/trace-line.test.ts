import { effectsHash, sizeInToken, withTokens } from '@paxkv/paxos/internal/core/trace/trace-line';
import { expect } from 'chai';

const isBytes = (data: unknown): data is Uint8Array => data instanceof Uint8Array;

describe('the lines of a trace', () => {
  it('have a token for each value, wherever it is', () => {
    const [a, b] = [new Uint8Array([1]), Buffer.from('secret')];
    const data = { votes: [{ value: a }, { value: b }], seq: 1, none: null, list: [b] };
    const plain = withTokens(data, isBytes, (value) => `#${value.length}`);
    expect(plain).to.deep.equal({
      votes: [{ value: '#1' }, { value: '#6' }],
      seq: 1,
      none: null,
      list: ['#6'],
    });
  });

  it('have a hash that changes with anything in the effects, and is known for one of them', () => {
    const effects = { sendNow: [{ to: 1 }], persist: [] };
    const hash = effectsHash(effects);
    expect(hash).to.match(/^[0-9a-f]{16}$/);
    expect(effectsHash(structuredClone(effects))).to.equal(hash);
    expect(effectsHash({ sendNow: [{ to: 2 }], persist: [] })).to.not.equal(hash);
    expect(effectsHash({ persist: [], sendNow: [{ to: 1 }] })).to.not.equal(hash);
    // The 32-bit FNV-1a of the text "a" with its quotes, from its usual start and from another one.
    expect(effectsHash('a')).to.equal('61a1cfeae38a9410');
  });

  it('have a hash of 16 digits, also where it begins with zeros', () => {
    const hashes = Array.from({ length: 200 }, (_, index) => effectsHash(index));
    for (const hash of hashes) expect(hash).to.match(/^[0-9a-f]{16}$/);
    expect(hashes.some((hash) => hash.startsWith('0'))).to.equal(true);
  });

  it('have the size of a value before its token', () => {
    expect(['0:7', '12:7', '4096:a:b'].map(sizeInToken)).to.deep.equal([0, 12, 4096]);
  });
});
