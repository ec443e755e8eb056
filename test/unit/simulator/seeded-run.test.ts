import { seeded, seededRun, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { rejectionOf } from './rejection.ts';

const variable = 'PAXKV_SEED';

async function seedOf(world: World): Promise<string> {
  return world.seed;
}

async function fail(): Promise<never> {
  throw new Error('two values decided');
}

describe('seededRun', () => {
  let seedBefore: string | undefined;

  beforeEach(() => {
    seedBefore = process.env[variable];
    delete process.env[variable];
  });

  afterEach(() => {
    if (seedBefore === undefined) delete process.env[variable];
    else process.env[variable] = seedBefore;
  });

  it('takes a seed that depends on the title only', async () => {
    const seed = await seededRun('one title', seedOf);
    expect(seed).to.match(/^\d+$/);
    expect(await seededRun('one title', seedOf)).to.equal(seed);
    expect(await seededRun('another title', seedOf)).to.not.equal(seed);
  });

  it('prefers the seed of the environment, and a given seed to that', async () => {
    process.env[variable] = '42';
    expect(await seededRun('title', seedOf)).to.equal('42');
    expect(await seededRun('title', seedOf, { seed: 7 })).to.equal('7');
  });

  it('reports the seed and the command that reproduces a failure', async () => {
    const error = await rejectionOf(seededRun('agrees (isn’t $HOME)', fail, { seed: 7 }));
    expect(error.message).to.equal(
      "two values decided\nseed 7: PAXKV_SEED=7 npx mocha -f 'agrees (isn’t $HOME)'",
    );
  });

  it('quotes a title for the shell', async () => {
    const error = await rejectionOf(seededRun("aren't too high", fail, { seed: 'a b' }));
    expect(error.message).to.contain("PAXKV_SEED='a b' npx mocha -f 'aren'\\''t too high'");
  });

  it('names another command when given one', async () => {
    const options = { seed: 7, command: 'npm run test:paxos' };
    const error = await rejectionOf(seededRun('title', fail, options));
    expect(error.message).to.contain('PAXKV_SEED=7 npm run test:paxos');
  });

  it('throws the error itself, with the properties that a test runner reads', async () => {
    const failure = await rejectionOf(
      seededRun('title', async () => {
        expect([1]).to.deep.equal([2]);
      }),
    );
    expect(failure).to.deep.include({ name: 'AssertionError', actual: [1], expected: [2] });
  });

  it('adds the seed to errors whose message is read-only, and to thrown values that are no errors', async () => {
    const aborted = await rejectionOf(
      seededRun('title', async () => AbortSignal.abort().throwIfAborted(), { seed: 7 }),
    );
    expect(aborted.message).to.contain('seed 7');
    const text = await rejectionOf(seededRun('title', () => Promise.reject('text'), { seed: 7 }));
    expect(text.message).to.contain('text\nseed 7');
  });

  it('limits the time of the world', async () => {
    const endless = async (world: World) => {
      for (;;) await world.sleep(3_600_000);
    };
    expect((await rejectionOf(seededRun('title', endless))).message).to.contain('time limit');
  });

  it(
    ...seeded('gives a test its title and its body', async (world) => {
      await world.sleep(1);
      expect(world.now()).to.equal(1);
    }),
  );
});
