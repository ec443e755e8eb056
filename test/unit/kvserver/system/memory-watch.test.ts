import { type MemoryReading, MemoryWatch } from '@paxkv/kvserver/internal/system/memory-watch';
import { expect } from 'chai';

const mebibyte = 2 ** 20;

describe('MemoryWatch', () => {
  let reading: MemoryReading;
  let collectCount: number;
  let nowMs: number;

  /** Objects of so many MiB, of which `alive` stay after a collection; 100 MiB of anything else, and free memory. */
  let alive: number;
  function setObjects(objects: number, free = 0): void {
    reading = {
      residentBytes: (100 + objects + free) * mebibyte,
      dataBytes: (120 + objects + free) * mebibyte,
      objectBytes: objects * mebibyte,
      allocatedBytes: objects * mebibyte,
    };
  }

  beforeEach(() => {
    collectCount = 0;
    nowMs = 0;
    alive = 20;
    setObjects(20);
  });

  function create(memory = 400): MemoryWatch {
    return new MemoryWatch({
      resources: { memoryBytes: memory * mebibyte, dataBytes: 2 ** 40 },
      percentMax: 85,
      read: () => reading,
      collect: () => {
        collectCount += 1;
        setObjects(alive);
      },
    });
  }

  function pass(watch: MemoryWatch, ms: number): void {
    for (const endMs = nowMs + ms; nowMs < endMs; ) {
      nowMs += 100;
      watch.check(nowMs);
    }
  }

  it('tells the share of the memory that is in use', () => {
    const watch = create();
    pass(watch, 100);
    expect(watch.percent).to.equal(30);
  });

  it('tells the larger share where the data of the process is limited', () => {
    const resources = { memoryBytes: 2 ** 40, dataBytes: 280 * mebibyte };
    const watch = new MemoryWatch({ resources, percentMax: 85, read: () => reading });
    watch.check(0);
    expect(watch.percent).to.equal(50);
  });

  it('measures once a second while more than a gibibyte is free below the bound, otherwise ten times', () => {
    // 85 % of 1,324 MiB are more than a gibibyte, and 76 % are less.
    expect(create(1324).delayMs).to.equal(1000);
    const small = create(1324);
    pass(small, 100);
    expect([small.percent, small.delayMs]).to.deep.equal([9, 100]);
    const large = create(1350);
    pass(large, 100);
    expect([large.percent, large.delayMs]).to.deep.equal([9, 1000]);
  });

  it('collects under pressure, at most once a second, before anything is refused', () => {
    const watch = create();
    setObjects(199);
    pass(watch, 100);
    expect([collectCount, watch.percent]).to.deep.equal([1, 30]);
    alive = 230;
    setObjects(230);
    pass(watch, 3000);
    expect(collectCount).to.be.within(3, 5);
    expect(watch.percent).to.equal(83);
    setObjects(260);
    pass(watch, 100);
    expect(watch.percent).to.equal(90);
  });

  it('counts memory that the allocator keeps free up to a quarter of all', () => {
    const watch = create();
    setObjects(20, 260);
    pass(watch, 100);
    expect(watch.percent).to.equal(60);
    expect(collectCount).to.equal(0);
  });

  it('collects once after a load has ended, and not again', () => {
    const watch = create(10_000);
    for (let objects = 20; objects <= 120; objects += 10) {
      setObjects(objects);
      pass(watch, 100);
    }
    pass(watch, 2900);
    expect(collectCount).to.equal(0);
    pass(watch, 200);
    expect(collectCount).to.equal(1);
    pass(watch, 60_000);
    expect(collectCount).to.equal(1);
  });

  it('collects what is given up after that within some seconds, and more rarely while nothing is', () => {
    const watch = create(10_000);
    alive = 120;
    for (let objects = 20; objects <= 120; objects += 10) {
      setObjects(objects);
      pass(watch, 100);
    }
    pass(watch, 3100);
    expect(collectCount).to.equal(1);
    // The second collection finds it, and 20 MiB are no garbage.
    alive = 20;
    pass(watch, 20_000);
    expect(collectCount).to.equal(2);
    pass(watch, 60_000);
    expect(collectCount).to.equal(2);
    // All of it stays in use: after 10 s, 20 s, 40 s and so on.
    alive = 120;
    setObjects(120);
    pass(watch, 160_000);
    expect(collectCount).to.be.within(5, 7);
    pass(watch, 3_600_000);
    expect(collectCount).to.be.below(16);
  });

  it('does not collect while a load goes on, nor for little', () => {
    const watch = create(10_000);
    for (let round = 0; round < 100; round += 1) {
      setObjects(100 + (round % 2) * 40);
      pass(watch, 100);
    }
    expect(collectCount).to.equal(0);
    setObjects(50);
    pass(watch, 10_000);
    expect(collectCount).to.equal(0);
  });

  it('keeps its last measurement while the system lets no file be opened', () => {
    let failure: Error | undefined;
    const watch = new MemoryWatch({
      resources: { memoryBytes: 400 * mebibyte, dataBytes: 2 ** 40 },
      percentMax: 85,
      read: () => {
        if (failure !== undefined) throw failure;
        return reading;
      },
      collect: () => {
        failure = new Error('EMFILE');
      },
    });
    pass(watch, 100);
    failure = new Error('EMFILE');
    setObjects(300);
    pass(watch, 1000);
    expect(watch.percent).to.equal(30);
    failure = undefined;
    pass(watch, 100);
    expect(watch.percent).to.equal(100);
  });

  it('measures this process, and collects its garbage', function () {
    this.timeout(10_000);
    const resources = { memoryBytes: 2 ** 40, dataBytes: 2 ** 40 };
    const watch = new MemoryWatch({ resources, percentMax: 1 });
    let garbage: Uint8Array[] | undefined = Array.from({ length: 64 }, () =>
      Buffer.alloc(mebibyte, 1),
    );
    const before = process.memoryUsage().external;
    expect(garbage.length).to.equal(64);
    garbage = undefined;
    // It counts as idle for long enough at the second check.
    watch.check(0);
    watch.check(100);
    watch.check(10_000);
    expect(process.memoryUsage().external).to.be.below(before - 48 * mebibyte);
  });
});
