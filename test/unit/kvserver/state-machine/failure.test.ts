import { Failure } from '@paxkv/kvserver/internal/state-machine/failure';
import { expect } from 'chai';

const reasonOf = (work: Promise<unknown>) => work.catch((error: unknown) => error);

describe('A failure', () => {
  it('is the first error, which every later call throws again', async () => {
    const failure = new Failure();
    const [first, second] = [new Error('first'), new Error('second')];
    expect(await failure.orFail(async () => 7)).to.equal(7);
    expect(await reasonOf(failure.orFail(() => Promise.reject(first)))).to.equal(first);
    expect(failure.fail(second)).to.equal(second);
    expect(() => failure.expectNone()).to.throw(first);
    expect(await reasonOf(failure.orFail(async () => 7))).to.equal(first);
  });

  it('also ends the calls under way, whose results may rest on what was lost', async () => {
    const failure = new Failure();
    const error = new Error('lost');
    const result = failure.orFail(async () => {
      failure.fail(error);
      return 7;
    });
    expect(await reasonOf(result)).to.equal(error);
  });
});
