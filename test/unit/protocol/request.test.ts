import {
  pack,
  requestFromRow,
  requestFromWire,
  requestSchema,
  requestToJson,
  requestToRow,
  requestToWire,
} from '@paxkv/protocol';
import { expect } from 'chai';

const key = Uint8Array.of(107);
const get = { command: { type: 'get', key } } as const;
const hex = (row: readonly unknown[]) => Buffer.from(pack(row)).toString('hex');

describe('A request', () => {
  it('has the bytes in the log that it always had', () => {
    const stamp = { session: 7, number: 3, firstOutstanding: 2 };
    const value = Uint8Array.of(118);
    const rows = [
      requestToRow(get),
      requestToRow({ command: { type: 'put', key, value }, stamp }),
      requestToRow({ command: { type: 'append', key, value } }),
      requestToRow({ command: { type: 'delete', key }, stamp }),
      requestToRow({ command: { type: 'openSession', client: 'me' } }),
    ];
    expect(rows.map(hex)).to.deep.equal([
      '919200c4016b',
      '949301c4016bc40176070302',
      '919302c4016bc40176',
      '949203c4016b070302',
      '919204a26d65',
    ]);
  });

  it('says that it is serializable on a stream and in JSON, and never in the log', () => {
    const request = { ...get, consistency: 'serializable' } as const;
    expect(requestToWire(request)).to.deep.equal([[5, key]]);
    expect(requestFromWire(requestToWire(request))).to.deep.equal(request);
    expect(requestSchema('get').parse(requestToJson(request))).to.deep.equal(request);
    expect(requestToRow(request)).to.deep.equal([[0, key]]);
    expect(() => requestFromRow([[5, key]])).to.throw(TypeError);
    expect(requestToJson({ ...get, consistency: 'linearizable' })).to.deep.equal({ key: 'aw==' });
  });

  it('is no serializable get with a stamp, without a key or with more than a key', () => {
    for (const row of [[[5, key], 7, 2, 1], [[5]], [[5, key, 1]], [[5, key], 7]]) {
      const message = 'A serializable get has a key and no stamp';
      expect(() => requestFromWire(row), JSON.stringify(row)).to.throw(TypeError, message);
    }
  });

  it('is no serializable get on a stream because it says so, but because it is a get', () => {
    const remove = { command: { type: 'delete', key } } as const;
    const row = requestToWire({ ...remove, consistency: 'serializable' });
    expect(row).to.deep.equal(requestToRow(remove));
  });

  it('has the stamp that it has when it is encoded', () => {
    const stamp = { session: 7, number: 3, firstOutstanding: 1 };
    const request = { command: { type: 'delete', key }, stamp } as const;
    expect(requestToRow(request).slice(1)).to.deep.equal([7, 3, 1]);
    stamp.firstOutstanding = 3;
    expect(requestToRow(request).slice(1)).to.deep.equal([7, 3, 3]);
  });

  it('takes no principal from a client, on a stream or in JSON', () => {
    const principal = { user: 'root' };
    const value = Uint8Array.of(118);
    const stamp = { session: 7, number: 3, firstOutstanding: 2 };
    for (const request of [get, { command: { type: 'put', key, value }, stamp }] as const) {
      const logged = requestToRow({ ...request, principal });
      expect(requestFromRow(logged)).to.deep.equal({ ...request, principal });
      expect(() => requestFromWire(logged)).to.throw(TypeError);
      expect(requestToWire({ ...request, principal })).to.deep.equal(requestToRow(request));
      const json = { ...requestToJson(request), principal };
      expect(requestSchema(request.command.type).safeParse(json).success).to.equal(false);
    }
  });

  for (const row of [[], [[0, key], 7], [[0, key], 7, 1], [[0, key], 7, 1, 1, 1], [0], ['get']]) {
    it(`is not read from ${JSON.stringify(row)}`, () => {
      expect(() => requestFromRow(row)).to.throw(TypeError);
      expect(() => requestFromWire(row)).to.throw(TypeError);
    });
  }
});
