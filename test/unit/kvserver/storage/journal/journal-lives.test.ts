/**
 * Journals through many lives: processes that end or fail at any call, also while they recover, and power cuts.
 * What was acknowledged is remembered, and nothing else but the write under way.
 */
import { Lives } from './lives.ts';

async function livesOf(seed: number, test: (lives: Lives) => Promise<void>): Promise<void> {
  const lives = new Lives(seed);
  try {
    for (let life = 0; life < 12; life += 1) {
      const after = Math.floor(lives.random.next() ** 2 * 80);
      const type = lives.random.pick(['end', 'end', 'failure', 'failure', 'none'] as const);
      const accident = type === 'none' ? undefined : { type, after };
      await lives.live(accident, lives.random.integer(0, 60));
    }
    await test(lives);
  } catch (error) {
    const text = error instanceof Error ? error.stack : String(error);
    throw new Error(`seed ${seed}: ${text}`, { cause: error });
  }
}

describe('Journal through many lives', function () {
  this.timeout(120_000);

  it('remembers what was acknowledged, wherever processes end, calls fail and power is cut', async () => {
    for (let seed = 1; seed <= 250; seed += 1) {
      await livesOf(seed, async (lives) => {
        const journal = await lives.open();
        if (journal === undefined) throw new Error('it does not open');
        await lives.expectRemembered(journal);
        await journal.close();
      });
    }
  });

  it('is refused or remembers all after any damage, but for its very end', async () => {
    for (let seed = 1000; seed < 1060; seed += 1) {
      await livesOf(seed, async (lives) => {
        await lives.live(undefined, 0);
        for (let count = 0; count < 30; count += 1) await lives.expectDamageNoticed();
      });
    }
  });
});
