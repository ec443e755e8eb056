import { WriteBehind, writeIntervalMs } from '@paxkv/kvserver/internal/replica/apply/write-behind';
import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';

const writeMs = 5;

/** A fake state machine whose writes take five milliseconds. */
class Machine {
  applied = -1;
  durable = -1;
  dirtyBytes = 0;
  undurableBytes = 0;
  /** Start time of each write. */
  readonly begunMs: number[] = [];
  failure: Error | undefined;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  apply(bytes: number): void {
    this.applied += 1;
    this.dirtyBytes += bytes;
    this.undurableBytes += bytes;
  }

  async flush(): Promise<void> {
    const { applied } = this;
    if (applied === this.durable) return;
    const bytes = this.dirtyBytes;
    this.begunMs.push(this.#world.now());
    this.dirtyBytes = 0;
    await this.#world.sleep(writeMs);
    if (this.failure !== undefined) throw this.failure;
    this.durable = applied;
    this.undurableBytes -= bytes;
  }
}

const megabyte = 1024 * 1024;

describe('WriteBehind', () => {
  let machine: Machine;
  let reported: (number | string)[];
  let tookMs: number[];

  function writeBehind(world: World, undurableBytesMax?: number): WriteBehind {
    machine = new Machine(world);
    reported = [];
    tookMs = [];
    return new WriteBehind({
      ...{ machine, clock: world.clock, undurableBytesMax },
      onWritten: (ms) => {
        tookMs.push(ms);
        reported.push(machine.durable);
      },
      onFailed: (error) => reported.push(String(error)),
    });
  }

  it(
    ...seeded('flushes everything that is applied at the time of the call', async (world) => {
      const behind = writeBehind(world);
      machine.apply(100);
      behind.writeNow();
      machine.apply(100);
      await behind.flush();
      expect(machine.durable).to.equal(1);
      expect(reported).to.deep.equal([0, 1]);
      await behind.flush();
      expect(machine.begunMs).to.have.length(2);
    }),
  );

  it(
    ...seeded('writes at once if asked to, unless a write is under way', async (world) => {
      const behind = writeBehind(world);
      behind.writeNow();
      for (const run of [0, 1, 2]) {
        machine.apply(100);
        behind.onApplied(100);
        if (run === 1) await world.sleep(2 * writeMs);
        behind.writeNow();
      }
      expect(machine.begunMs).to.deep.equal([0, 2 * writeMs]);
      await behind.end();
      machine.apply(100);
      behind.writeNow();
      await world.sleep(2 * writeIntervalMs);
      expect(reported).to.deep.equal([0, 1, 2]);
    }),
  );

  it(
    ...seeded('writes the first run at once, and the next ones together later', async (world) => {
      const behind = writeBehind(world);
      for (let run = 0; run < 20; run += 1) {
        machine.apply(100);
        behind.onApplied(100);
        await world.sleep(writeIntervalMs / 5);
      }
      await world.sleep(2 * writeIntervalMs);
      const gaps = machine.begunMs.slice(1).map((ms, index) => ms - (machine.begunMs[index] ?? 0));
      expect(machine.begunMs[0]).to.equal(0);
      expect(Math.min(...gaps)).to.be.at.least(writeIntervalMs - 1);
      expect(machine.begunMs.length).to.be.within(4, 6);
      expect(reported.at(-1)).to.equal(19);
    }),
  );

  it(
    ...seeded('writes immediately when much is waiting', async (world) => {
      const behind = writeBehind(world);
      for (const bytes of [1, 5 * megabyte]) {
        machine.apply(bytes);
        behind.onApplied(100);
        await world.sleep(writeMs + 1);
      }
      expect(reported).to.deep.equal([0, 1]);
    }),
  );

  it(
    ...seeded(
      'does not wait when much of the log waits, however few keys it changed',
      async (world) => {
        const behind = writeBehind(world);
        for (const logBytes of [1, 17 * megabyte]) {
          machine.apply(1);
          behind.onApplied(logBytes);
          await world.sleep(writeMs + 1);
        }
        expect(reported).to.deep.equal([0, 1]);
      },
    ),
  );

  it(
    ...seeded('has no room while too much of the log is not durable', async (world) => {
      const behind = writeBehind(world);
      machine.apply(1);
      behind.onApplied(40 * megabyte);
      expect(behind.room).to.equal(undefined);
      machine.apply(1);
      behind.onApplied(25 * megabyte);
      await behind.room;
      expect(reported).to.deep.equal([0]);
      // The next write, with the rest, has started.
      expect(behind.room).to.equal(undefined);
      expect(machine.begunMs).to.have.length(2);
    }),
  );

  it(
    ...seeded('has no room while too much is not durable', async (world) => {
      const behind = writeBehind(world);
      machine.apply(31 * megabyte);
      behind.onApplied(100);
      expect(behind.room).to.equal(undefined);
      machine.apply(2 * megabyte);
      behind.onApplied(100);
      expect(behind.room).to.be.instanceOf(Promise);
      await behind.room;
      expect(reported).to.deep.equal([0]);
      expect(behind.room).to.equal(undefined);
    }),
  );

  it(
    ...seeded('writes nothing when nothing was applied', async (world) => {
      const behind = writeBehind(world);
      behind.onApplied(100);
      await world.sleep(2 * writeIntervalMs);
      expect(machine.begunMs).to.deep.equal([]);
    }),
  );

  it(
    ...seeded('ends with everything written, and writes nothing after', async (world) => {
      const behind = writeBehind(world);
      machine.apply(1);
      behind.onApplied(100);
      machine.apply(1);
      await behind.end();
      expect(machine.durable).to.equal(1);
      machine.apply(1);
      behind.onApplied(100);
      await world.sleep(2 * writeIntervalMs);
      expect(machine.begunMs).to.have.length(2);
    }),
  );

  it(
    ...seeded('reports a failure once, and writes nothing more', async (world) => {
      const behind = writeBehind(world);
      machine.failure = new Error('disk full');
      machine.apply(32 * megabyte);
      behind.onApplied(100);
      await behind.room;
      machine.apply(1);
      behind.onApplied(100);
      expect(behind.room).to.equal(undefined);
      await behind.end();
      await world.sleep(2 * writeIntervalMs);
      expect(reported).to.deep.equal(['Error: disk full']);
      expect(machine.begunMs).to.have.length(1);
    }),
  );

  for (const max of [undefined, 8000]) {
    const bytesMax = max ?? 32 * megabyte;
    for (const [dirtyBytes, logBytes, isUrgent] of [
      [bytesMax / 8 - 1, bytesMax / 2 - 1, false],
      [bytesMax / 8, 0, true],
      [0, bytesMax / 2, true],
    ] as const) {
      it(
        ...seeded(
          `${isUrgent ? 'hurries' : 'waits'} with ${dirtyBytes} bytes that changed and ${logBytes} of the log, of ${bytesMax}`,
          async (world) => {
            const behind = writeBehind(world, max);
            machine.apply(0);
            behind.onApplied(0);
            await world.sleep(writeMs + 1);
            machine.apply(dirtyBytes);
            behind.onApplied(logBytes);
            expect(machine.begunMs).to.have.length(isUrgent ? 2 : 1);
          },
        ),
      );
    }

    for (const [undurableBytes, logBytes, hasRoom] of [
      [bytesMax - 1, 2 * bytesMax - 1, true],
      [bytesMax, 0, false],
      [0, 2 * bytesMax, false],
    ] as const) {
      it(
        ...seeded(
          `has ${hasRoom ? '' : 'no '}room at ${undurableBytes} changed bytes and ${logBytes} of the log, of ${bytesMax}`,
          async (world) => {
            const behind = writeBehind(world, max);
            machine.apply(0);
            behind.onApplied(0);
            machine.apply(undurableBytes);
            behind.onApplied(logBytes);
            expect(behind.room === undefined).to.equal(hasRoom);
          },
        ),
      );
    }
  }

  it(
    ...seeded('begins a write half a second after the last one began', async (world) => {
      const behind = writeBehind(world);
      for (let run = 0; run < 3; run += 1) {
        machine.apply(1);
        behind.onApplied(1);
        await world.sleep(writeIntervalMs);
      }
      await world.sleep(2 * writeIntervalMs);
      expect(machine.begunMs).to.deep.equal([0, writeIntervalMs, 2 * writeIntervalMs]);
      expect(tookMs).to.deep.equal([writeMs, writeMs, writeMs]);
    }),
  );

  it(
    ...seeded(
      'writes nothing twice: a write that is made early is not made later',
      async (world) => {
        const behind = writeBehind(world);
        for (const act of [() => {}, () => behind.flush(), () => behind.writeNow()]) {
          machine.apply(1);
          behind.onApplied(1);
          await world.sleep(writeMs + 1);
          await act();
        }
        await world.sleep(3 * writeIntervalMs);
        expect(machine.begunMs).to.have.length(3);
        await Promise.all([behind.end(), behind.end()]);
        await behind.end();
        expect(reported).to.deep.equal([0, 1, 2, 2]);
      },
    ),
  );
});
