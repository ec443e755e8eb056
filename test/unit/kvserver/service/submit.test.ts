import { malformedToError, submit } from '@paxkv/kvserver/internal/service/submit';
import { KvError, keyBytesMax, type Reply, type Request, TooLargeError } from '@paxkv/protocol';
import { expect } from 'chai';

const key = Uint8Array.of(1);
const get = { command: { type: 'get', key } } as const;

/** A replica that gives one reply to whatever it is asked. */
function replica(reply: Reply) {
  const asked: Request[] = [];
  const submitter = {
    submit: async (request: Request) => {
      asked.push(request);
      return reply;
    },
  };
  return { asked, submitter };
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );
}

describe('submit', () => {
  it('gives the reply to the command', async () => {
    const { submitter, asked } = replica({ type: 'get', entry: undefined });
    expect(await submit(submitter, get)).to.deep.equal({ type: 'get', entry: undefined });
    expect(asked).to.deep.equal([get]);
  });

  it('asks nothing of the replica if a field is outside its limits', async () => {
    const { submitter, asked } = replica({ type: 'get', entry: undefined });
    for (const [length, code] of [
      [0, 'KV_BAD_REQUEST'],
      [keyBytesMax + 1, 'KV_TOO_LARGE'],
    ] as const) {
      const command = { type: 'get', key: new Uint8Array(length) } as const;
      const failure = await failureOf(submit(submitter, { command }));
      expect(failure).to.be.instanceOf(KvError).and.include({ code, outcome: 'not done' });
    }
    expect(asked).to.deep.equal([]);
  });

  it('throws a refusal of the store as an error', async () => {
    const { submitter } = replica({ type: 'refused', reason: 'numberReused' });
    const failure = await failureOf(submit(submitter, get));
    expect(failure).to.be.instanceOf(KvError).and.include({ code: 'KV_NUMBER_REUSED' });
  });

  it('takes the reply to another command for a defect', async () => {
    const { submitter } = replica({ type: 'put', revision: 1 });
    expect(await failureOf(submit(submitter, get))).to.be.instanceOf(TypeError);
  });
});

describe('malformedToError', () => {
  it('says which limit was broken, and throws on what is no such error', () => {
    const tooLarge = malformedToError(new TooLargeError('A key has at most 1024 bytes.'));
    expect(tooLarge).to.include({ code: 'KV_TOO_LARGE', message: 'A key has at most 1024 bytes.' });
    expect(malformedToError(new TypeError('Not bytes.'))).to.include({ code: 'KV_BAD_REQUEST' });
    const defect = new Error('defect');
    expect(() => malformedToError(defect)).to.throw(defect);
  });
});
