import { Scrubber } from '@paxkv/kvserver/internal/replica/scrub/scrubber';
import { DiskError } from '@paxkv/kvserver/internal/storage/index';
import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';

const limits = {
  rowsPerSecond: 1000,
  bytesPerSecond: 10_000,
  firstDelayMs: 500,
  intervalMs: 60_000,
};

/** A fake state of rows with 5 bytes each, and tables of 10,000 bytes. */
class State {
  readonly passesMs: number[] = [];
  tablesLeft = 3;
  failure: Error | undefined;
  readCount = 0;
  /** Whether a part is being read. */
  isBusy = false;
  readonly #world: World;
  readonly #rowCount: number;
  #left: number;

  constructor(world: World, rowCount = 3000) {
    this.#world = world;
    this.#rowCount = rowCount;
    this.#left = rowCount;
  }

  async verifyRows(countMax: number): Promise<{ count: number; bytes: number; isLast: boolean }> {
    this.isBusy = true;
    await this.#world.sleep(0.1);
    this.isBusy = false;
    this.readCount += 1;
    if (this.failure !== undefined) throw this.failure;
    const count = Math.min(countMax, this.#left);
    this.#left -= count;
    const isLast = count < countMax;
    if (isLast) {
      this.#left = this.#rowCount;
      this.passesMs.push(this.#world.now());
    }
    return { count, bytes: 5 * count, isLast };
  }

  async verifyNext(): Promise<number | undefined> {
    this.tablesLeft -= 1;
    return this.tablesLeft < 0 ? undefined : 10_000;
  }
}

describe('Scrubber', () => {
  const open = (world: World, state: State, clock = world.clock) => {
    const failures: unknown[] = [];
    const scrubber = new Scrubber({ clock, limits, onFailed: (error) => failures.push(error) });
    scrubber.start(state, state);
    return { scrubber, failures };
  };

  it(
    ...seeded(
      'verifies the tables, then all rows, at its rate, and again and again',
      async (world) => {
        const state = new State(world);
        const { scrubber } = open(world, state);
        expect(scrubber.status).to.deep.equal({ isRunning: true, rows: 0, lastPassMs: undefined });
        await world.sleep(3200);
        expect(state.tablesLeft).to.be.below(0);
        expect(scrubber.status.isRunning).to.equal(false);
        await world.sleep(1500);
        expect(scrubber.status.isRunning).to.equal(true);
        expect(scrubber.status.rows).to.be.within(1000, 1400);
        await world.sleep(130_000);
        await scrubber.stop();
        expect(state.passesMs).to.have.length(3);
        const [first = 0, second = 0] = state.passesMs;
        expect(first).to.be.within(6400, 6700);
        expect(second - first).to.be.within(63_000, 63_300);
        expect(scrubber.status).to.deep.equal({
          isRunning: false,
          rows: 3000,
          lastPassMs: state.passesMs[2],
        });
      },
    ),
  );

  it(
    ...seeded('reports what is damaged, once, and verifies nothing more', async (world) => {
      const state = new State(world);
      const { scrubber, failures } = open(world, state);
      state.failure = new Error('damaged');
      await world.sleep(100_000);
      expect(failures).to.deep.equal([state.failure]);
      expect(state.readCount).to.equal(1);
      await scrubber.stop();
    }),
  );

  it(
    ...seeded('reports a table that is damaged, or cannot be read', async (world) => {
      const errors = [new DiskError('DISK_STATE_DAMAGED', 'bad'), new Error('EIO')];
      for (const [index, error] of errors.entries()) {
        const state = new State(world);
        state.verifyNext = () => Promise.reject(error);
        const { scrubber, failures } = open(world, state);
        await world.sleep(10_000);
        const code = index === 0 ? 'STATE_DAMAGED' : 'STATE_FAILED';
        expect(failures).to.have.length(1);
        expect(failures[0]).to.include({ code, cause: error });
        expect(state.readCount).to.equal(0);
        await scrubber.stop();
      }
    }),
  );

  it(
    ...seeded('is at rest once it has stopped, wherever it was', async (world) => {
      for (let stopMs = 3300; stopMs < 4000; stopMs += 7.3) {
        const state = new State(world);
        const { scrubber, failures } = open(world, state);
        await world.sleep(stopMs);
        const stopped = scrubber.stop();
        state.failure = new Error('closed');
        await stopped;
        expect(state.isBusy).to.equal(false);
        const { readCount } = state;
        await world.sleep(1000);
        expect([state.readCount, failures]).to.deep.equal([readCount, []]);
      }
    }),
  );

  it(
    ...seeded('continues with another state after it was stopped', async (world) => {
      const [one, other] = [new State(world), new State(world, 10)];
      const { scrubber } = open(world, one);
      await world.sleep(100);
      await scrubber.stop();
      scrubber.start(other);
      await world.sleep(1000);
      expect(other.passesMs).to.have.length(1);
      expect(other.tablesLeft).to.equal(3);
      await scrubber.stop();
    }),
  );

  it(
    ...seeded('takes longer pauses while the event loop is busy', async (world) => {
      const state = new State(world);
      const late = {
        now: () => world.now(),
        at: (timeMs: number, callback: () => void) => world.clock.at(timeMs + 50, callback),
      };
      const { scrubber } = open(world, state, late);
      await world.sleep(60_000);
      expect(state.passesMs).to.deep.equal([]);
      expect(scrubber.status.rows).to.be.within(500, 2500);
      await scrubber.stop();
    }),
  );
});
