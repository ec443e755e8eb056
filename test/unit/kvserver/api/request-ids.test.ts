import { RequestIds } from '@paxkv/kvserver/internal/api/request-ids';
import { expect } from 'chai';

describe('RequestIds', () => {
  it('gives no id twice, also over several runs', () => {
    const runs = Array.from({ length: 100 }, () => new RequestIds());
    const ids = runs.flatMap((run) => Array.from({ length: 100 }, () => run.next()));
    expect(new Set(ids)).to.have.property('size', 10_000);
  });

  it('gives ids that a client may choose too', () => {
    const ids = new RequestIds();
    for (let count = 0; count < 100; count += 1) expect(ids.next()).to.match(/^[\w.:-]{1,64}$/);
  });
});
