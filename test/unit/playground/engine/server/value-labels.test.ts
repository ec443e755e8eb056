import { encodeBatch, noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { ValueLabels } from '@paxkv/playground/internal/engine/server/value-labels';
import { expect } from 'chai';

const bytes = (text: string) => new TextEncoder().encode(text);

function putOf(key: string, value: string, runId = 1): Uint8Array {
  const origin = { node: 2, runId, number: 7 };
  const command = { type: 'put', key: bytes(key), value: bytes(value) } as const;
  return encodeBatch({ origin, requests: [{ command }] });
}

describe('ValueLabels', () => {
  it('tell what a value does and where it comes from, and give the value back', () => {
    const labels = new ValueLabels();
    expect(labels.labelOf(noop)).to.equal('·');
    const value = putOf('x', '1');
    expect(labels.labelOf(value)).to.equal('x=1 #2.7');
    expect(labels.labelOf(putOf('x', '1'))).to.equal('x=1 #2.7');
    expect(labels.valueOf('x=1 #2.7')).to.deep.equal(Uint8Array.from(value));
    expect(labels.valueOf('x=1 #2.7')).to.not.equal(labels.valueOf('x=1 #2.7'));
  });

  it('are never the same for two values', () => {
    const labels = new ValueLabels();
    const [first, second] = [putOf('x', '1', 1), putOf('x', '1', 2)];
    const names = [labels.labelOf(first), labels.labelOf(second)];
    expect(new Set(names)).to.have.property('size', 2);
    expect(labels.valueOf(names[1] ?? '')).to.deep.equal(Uint8Array.from(second));
    expect(() => labels.valueOf('unknown')).to.throw(RangeError);
  });
});
