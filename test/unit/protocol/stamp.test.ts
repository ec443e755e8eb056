import {
  checkStamp,
  requestFromWire,
  requestToRow,
  stampFromRow,
  stampSchema,
  stampToJson,
} from '@paxkv/protocol';
import { expect } from 'chai';

const stamp = { session: 7, number: 3, firstOutstanding: 2 };
const command = [3, Uint8Array.of(1)] as const;

describe('A stamp', () => {
  it('is read from the fields behind the command', () => {
    expect(stampFromRow([command, 7, 3, 2])).to.deep.equal(stamp);
  });

  it('is that of a request that awaits itself only, from the first one on', () => {
    for (const number of [1, 3]) {
      const own = { session: 7, number, firstOutstanding: number };
      expect(stampFromRow([command, 7, number, number])).to.deep.equal(own);
      expect(stampSchema.parse(stampToJson(own))).to.deep.equal(own);
    }
  });

  it('is the same after JSON, where its session is called id', () => {
    const body = stampToJson(stamp);
    expect(body).to.deep.equal({ id: 7, number: 3, firstOutstanding: 2 });
    expect(stampSchema.parse(body)).to.deep.equal(stamp);
  });

  it('has a random id from feature level 2 on', () => {
    const random = { ...stamp, session: Buffer.alloc(16, 7).toString('base64url') };
    expect(stampFromRow([command, random.session, 3, 2])).to.deep.equal(random);
    expect(stampSchema.parse(stampToJson(random))).to.deep.equal(random);
  });

  it('is outside the window by itself only in the log, where an older version may have put it', () => {
    const at = (number: number) => ({ session: 7, number, firstOutstanding: 2 });
    expect(() => checkStamp(at(1025))).not.to.throw();
    expect(() => checkStamp(at(1026))).to.throw(TypeError, '1024');
    expect(stampSchema.safeParse(stampToJson(at(1025))).success).to.equal(true);
    expect(stampSchema.safeParse(stampToJson(at(1026))).success).to.equal(false);
    expect(stampFromRow([command, 7, 1026, 2])).to.deep.equal(at(1026));
    const onStream = requestToRow({
      command: { type: 'delete', key: command[1] },
      stamp: at(1026),
    });
    expect(() => requestFromWire(onStream)).to.throw(TypeError, '1024');
  });

  for (const [session, number, firstOutstanding] of [
    [0, 0, 0],
    [7, 0, 0],
    [7, 1, 2],
    [7, 1, 0],
    [7, 1.5, 1],
    [7, 2 ** 53, 1],
    ['7', 1, 1],
    [7, 1],
  ]) {
    it(`is refused as ${JSON.stringify([session, number, firstOutstanding])}`, () => {
      expect(() => stampFromRow([command, session, number, firstOutstanding])).to.throw(TypeError);
      const body = { id: session, number, firstOutstanding };
      expect(stampSchema.safeParse(body).success).to.equal(false);
    });
  }
});
