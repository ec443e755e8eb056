/**
 * Journals through many processes: processes that end or fail at any call, also while they recover, and power cuts.
 * What was acknowledged is remembered, and nothing else but the write under way.
 */
import { History } from './journal-history.ts';

async function tested(seed: number, test: (history: History) => Promise<void>): Promise<void> {
  const history = new History(seed);
  try {
    for (let count = 0; count < 12; count += 1) {
      const after = Math.floor(history.random.next() ** 2 * 80);
      const type = history.random.pick(['end', 'end', 'failure', 'failure', 'none'] as const);
      const accident = type === 'none' ? undefined : { type, after };
      await history.runProcess(accident, history.random.integer(0, 60));
    }
    await test(history);
  } catch (error) {
    const text = error instanceof Error ? error.stack : String(error);
    throw new Error(`seed ${seed}: ${text}`, { cause: error });
  }
}

describe('Journal through many processes', function () {
  this.timeout(120_000);

  it('remembers what was acknowledged, wherever processes end, calls fail and power is cut', async () => {
    for (let seed = 1; seed <= 250; seed += 1) {
      await tested(seed, async (history) => {
        const journal = await history.open();
        if (journal === undefined) throw new Error('it does not open');
        await history.expectRemembered(journal);
        await journal.close();
      });
    }
  });

  it('is refused or remembers all after any damage, but for its very end', async () => {
    for (let seed = 1000; seed < 1060; seed += 1) {
      await tested(seed, async (history) => {
        await history.runProcess(undefined, 0);
        for (let count = 0; count < 30; count += 1) await history.expectDamageNoticed();
      });
    }
  });
});
