import { FailureLatch } from '@paxkv/kvserver/internal/state-machine/failure-latch';
import { expect } from 'chai';

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('FailureLatch', () => {
  it('keeps the first failure, and throws it from every later call', async () => {
    const latch = new FailureLatch();
    expect(await latch.guard(async () => 7)).to.equal(7);
    const [first, second] = [new Error('first'), new Error('second')];
    expect(await failureOf(latch.guard(() => Promise.reject(first)))).to.equal(first);
    expect(latch.fail(second)).to.equal(second);
    expect(() => latch.expectNone()).to.throw('first');
    expect(await failureOf(latch.guard(async () => 7))).to.equal(first);
  });

  it('begins nothing after a failure', async () => {
    const latch = new FailureLatch();
    latch.fail(new Error('first'));
    let hasBegun = false;
    await failureOf(
      latch.guard(async () => {
        hasBegun = true;
      }),
    );
    expect(hasBegun).to.equal(false);
  });

  it('gives no result of an action during which another failed', async () => {
    const latch = new FailureLatch();
    const error = new Error('of another');
    const result = latch.guard(async () => {
      latch.fail(error);
      return 7;
    });
    expect(await failureOf(result)).to.equal(error);
  });
});
