import { noticeFromRow, packFrame, packNotice, unpackFrame } from '@paxkv/protocol';
import { expect } from 'chai';

describe('frames', () => {
  it('hold as many pairs as they were given, without a header', () => {
    for (const count of [1, 7, 8, 100, 32_767, 32_768, 40_000]) {
      const pairs = Array.from({ length: count }, (_, id) => [
        id,
        [[0, new Uint8Array([7])]],
      ]).flat();
      const fields = unpackFrame(packFrame(pairs));
      expect(fields).to.have.length(2 * count);
      expect(fields[2 * count - 2]).to.equal(count - 1);
    }
  });

  it('are refused if they are cut off', () => {
    const frame = packFrame([1, [[1, new Uint8Array(50), new Uint8Array(50)]]]);
    expect(() => unpackFrame(frame.subarray(0, 30))).to.throw();
  });
});

describe('noticeFromRow', () => {
  it('reads every notice of a server', () => {
    const hello = { format: 1, node: 2, nodes: 3, leader: null, addresses: [] };
    const incarnation = Buffer.alloc(16, 1).toString('base64url');
    const named = noticeFromRow(['hello', { ...hello, incarnation }]);
    expect(named).to.include({ type: 'hello', incarnation });
    const notice = ['incarnation', incarnation];
    expect(noticeFromRow(notice)).to.deep.equal({ type: 'incarnation', incarnation });
    expect(() => noticeFromRow(['incarnation', 'x'])).to.throw(TypeError);
    expect(noticeFromRow(['hello', hello])).to.deep.equal({
      type: 'hello',
      node: 2,
      leader: undefined,
    });
    expect(unpackFrame(packNotice(['leader', 1]))).to.deep.equal([['leader', 1]]);
    expect(noticeFromRow(['leader', 1])).to.deep.equal({ type: 'leader', leader: 1 });
    expect(noticeFromRow(['goodbye'])).to.deep.equal({ type: 'goodbye' });
  });

  it('reads the name of the connection and the leader from a hello, if it has them', () => {
    const hello = { format: 1, node: 0, nodes: 3, leader: 2, addresses: [] };
    expect(noticeFromRow(['hello', { ...hello, connection: 'c7' }])).to.deep.equal({
      type: 'hello',
      node: 0,
      leader: 2,
      connection: 'c7',
    });
    expect(noticeFromRow(['hello', { ...hello, connection: 7 }])).to.not.have.property(
      'connection',
    );
    expect(() => noticeFromRow(['hello', { ...hello, incarnation: 'x' }])).to.throw(TypeError);
    expect(noticeFromRow(['leader', null])).to.deep.equal({ type: 'leader', leader: undefined });
  });

  it('ignores notices of newer servers', () => {
    expect(noticeFromRow(['weather', 'fine'])).to.equal(undefined);
  });

  it('refuses a hello of another format, or without a node', () => {
    expect(() => noticeFromRow(['hello', { format: 2, node: 0, leader: 0 }])).to.throw(
      TypeError,
      'format 2',
    );
    expect(() => noticeFromRow(['hello', { format: 1, leader: 0 }])).to.throw(TypeError);
    expect(() => noticeFromRow(['hello'])).to.throw(TypeError);
    expect(() => noticeFromRow(['leader', 'me'])).to.throw(TypeError);
  });
});
