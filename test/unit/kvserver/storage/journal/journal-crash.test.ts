/** A power loss at any moment of a journal's life: what was acknowledged and is not forgotten is there. */
import { Journal } from '@paxkv/kvserver/internal/storage/index';
import { expect } from 'chai';
import fc from 'fast-check';
import { OwnerInMemory, plain, voteFor } from '../scratch.ts';
import { loadWrites } from './journal-use.ts';
import { type DiskImage, flipBit, SimulatedFiles, withFile } from './simulated-files.ts';

interface Workload {
  /** For each write: the instance, the size of its value, and what is forgotten. */
  readonly groups: readonly {
    readonly seq: number;
    readonly bytes: number;
    readonly min: number;
  }[];
  readonly files: SimulatedFiles;
  /** When each write was acknowledged. */
  readonly stepCounts: readonly number[];
}

const segmentBytes = 2048;
const never = 1_000_000;

/** Some writes are about instances far ahead, which stay alive and must be moved. */
const group = fc.record({
  ahead: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(50) }),
  bytes: fc.oneof({ weight: 5, arbitrary: fc.nat(120) }, { weight: 1, arbitrary: fc.nat(3000) }),
  behind: fc.nat(12),
});

function open(files: SimulatedFiles): Promise<Journal> {
  return Journal.openOn(files, {
    owner: new OwnerInMemory(),
    segmentBytes,
    idleMs: never,
  });
}

async function run(
  plan: readonly { ahead: number; bytes: number; behind: number }[],
): Promise<Workload> {
  const files = new SimulatedFiles();
  const journal = await open(files);
  const groups: Workload['groups'][number][] = [];
  const stepCounts: number[] = [];
  let min = 0;
  for (const [index, { ahead, bytes, behind }] of plan.entries()) {
    min = Math.max(min, index - behind);
    groups.push({ seq: index + ahead, bytes, min });
    await journal.write([voteOf(index, index + ahead, bytes), { type: 'forgotten', min }]);
    stepCounts.push(files.stepCount);
  }
  await journal.close();
  return { groups, files, stepCounts };
}

function voteOf(index: number, seq: number, bytes: number): ReturnType<typeof voteFor> {
  return voteFor(seq, String(index).padEnd(bytes, 'abcdefg'));
}

/** Opens what a crash left, twice, and compares what is remembered with what must be. */
async function expectRemembered(
  image: DiskImage,
  workload: Workload,
  after: number,
): Promise<void> {
  const { groups, stepCounts } = workload;
  const acknowledged = stepCounts.filter((count) => count <= after).length;
  let files = new SimulatedFiles(image);
  for (let boot = 0; boot < 2; boot += 1) {
    const journal = await open(files);
    const { writeIndex } = journal;
    expect(writeIndex).to.be.within(acknowledged, acknowledged + 1);
    const min = groups[writeIndex - 1]?.min ?? 0;
    const expected = groups
      .slice(0, writeIndex)
      .flatMap(({ seq, bytes }, index) => (seq < min ? [] : [plain(voteOf(index, seq, bytes))]));
    const loaded = (await loadWrites(journal)).filter(({ type }) => type === 'accepted');
    expect(loaded.map(plain)).to.deep.equal(expected);
    await journal.close();
    files = new SimulatedFiles(files.image());
  }
}

describe('Crash of a journal', function () {
  this.timeout(60_000);

  it('at any moment, with any sectors written: no write that was acknowledged is forgotten', async () => {
    const plan = fc.array(group, { minLength: 20, maxLength: 80, size: 'max' });
    const crashes = fc.array(
      fc.record({ at: fc.nat(), mask: fc.nat(), areNamesKept: fc.boolean() }),
      {
        minLength: 20,
        maxLength: 20,
      },
    );
    await fc.assert(
      fc.asyncProperty(plan, crashes, async (groups, moments) => {
        const workload = await run(groups);
        const { files } = workload;
        for (const { at, mask, areNamesKept } of moments) {
          const after = 3 + (at % (files.stepCount - 3));
          const ends = files.sectorEndsOf(after);
          const isWritten = (offset: number) =>
            ((mask >> (ends.filter((end) => end <= offset).length % 30)) & 1) === 1;
          const image = files.crashed({ after, areNamesKept, isWritten });
          await expectRemembered(image, workload, after);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('at every step around checkpoints, with each half of what was being written', async () => {
    const plan = Array.from({ length: 70 }, (_, index) => ({
      ahead: index % 9 === 0 ? 40 : 0,
      bytes: 60 + ((index * 37) % 200),
      behind: 4,
    }));
    const workload = await run(plan);
    const { files } = workload;
    for (let after = 3; after < files.stepCount; after += 1) {
      const half = files.bytesOf(after) / 2;
      for (const isWritten of [
        (offset: number) => offset < half,
        (offset: number) => offset >= half,
        () => false,
      ]) {
        const image = files.crashed({ after, areNamesKept: after % 2 === 0, isWritten });
        await expectRemembered(image, workload, after);
      }
    }
  });

  it('between copies of live votes and their checkpoint: what else their writes said is there', async () => {
    const files = new SimulatedFiles();
    const owner = new OwnerInMemory();
    // The copies of what is alive take two records.
    const sizes = { owner, segmentBytes: 4 * 1024 * 1024 };
    const journal = await Journal.openOn(files, { ...sizes, idleMs: 50 });
    const value = 'x'.repeat(900 * 1024);
    const rest = [
      { type: 'logPromised', ballot: { round: 7, peer: 1 } },
      { type: 'reserved', round: 7 },
    ] as const;
    await journal.write([...rest, voteFor(1000, value)]);
    await journal.write([voteFor(1001, value)]);
    for (let seq = 0; seq < 4; seq += 1) await journal.write([voteFor(seq, value)]);
    await journal.write([{ type: 'forgotten', min: 500 }]);
    const from = files.stepCount;
    while (!files.names.includes('0000000000000003.wal')) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await journal.close();
    for (let after = from; after < files.stepCount; after += 1) {
      const image = files.crashed({ after, areNamesKept: true });
      const again = await Journal.openOn(new SimulatedFiles(image), { ...sizes, idleMs: never });
      const writes = await loadWrites(again);
      expect(writes.filter(({ type }) => type === 'accepted')).to.have.length(2);
      expect(writes, `after step ${after}`).to.deep.include.members([...rest]);
      await again.close();
    }
  });

  it('and a flipped bit anywhere is noticed, or takes the last write at most, or nothing', async () => {
    const plan = Array.from({ length: 60 }, (_, index) => ({
      ahead: index % 7 === 0 ? 30 : 0,
      bytes: 80,
      behind: 3,
    }));
    const { files, groups } = await run(plan);
    const image = files.image();
    const name = fc.constantFrom(...image.keys());
    await fc.assert(
      fc.asyncProperty(name, fc.nat(segmentBytes * 8 - 1), async (hurt, bit) => {
        const damaged = withFile(image, hurt, (bytes) => flipBit(bytes, bit));
        const opened = await open(new SimulatedFiles(damaged)).catch((error: unknown) => error);
        if (!(opened instanceof Journal)) {
          expect(opened).to.have.property('code', 'DISK_JOURNAL_DAMAGED');
          return;
        }
        // A checkpoint may be the last record: then nothing of what it says is lost.
        expect(opened.writeIndex).to.be.within(groups.length - 1, groups.length);
        await opened.close();
      }),
      { numRuns: 1000 },
    );
  });
});
