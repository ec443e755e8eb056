/** A power loss at every moment: every record that was acknowledged is there, the next one or none of it. */
import { SegmentedLog } from '@paxkv/kvserver/internal/storage/journal/segmented-log';
import { expect } from 'chai';
import fc from 'fast-check';
import { LogOnDisk, owner, recordsIn, textOf } from './log-on-disk.ts';
import { type DiskImage, SimulatedFiles } from './simulated-files.ts';

/** What a log was asked for, and when. */
interface History {
  readonly files: SimulatedFiles;
  /** When each was acknowledged. */
  readonly records: readonly { readonly text: string; readonly stepCount: number }[];
  /** How many records at the front were needed no more, and from when on. */
  readonly drops: readonly { readonly count: number; readonly stepCount: number }[];
}

async function run(sizes: readonly number[], image?: DiskImage): Promise<History> {
  const files = new SimulatedFiles(image);
  const options = { files, owner, segmentBytes: 1024 };
  const opened = await SegmentedLog.open(options, () => {});
  const log = opened.type === 'whole' ? opened.log : await SegmentedLog.create(options);
  if (opened.type === 'whole') await log.start();
  const records: { text: string; stepCount: number; sequence: number }[] = [];
  const drops: { count: number; stepCount: number }[] = [];
  for (const [index, size] of sizes.entries()) {
    const text = `${files.size}/${index}:`.padEnd(size, 'abcdefgh');
    const { sequence } = await log.append(1, [Buffer.from(text)]);
    records.push({ text, sequence, stepCount: files.stepCount });
    // Only a log that began here: of another it is not known what is in its segments.
    if (log.sequences.length > 3 && image === undefined) {
      const last = log.sequences.at(-2) ?? 0;
      const count = records.filter((record) => record.sequence < last).length;
      drops.push({ count, stepCount: files.stepCount });
      log.dropBefore(last);
    }
    if (index % 3 === 0) log.prepareNext();
  }
  await log.settled();
  await log.close();
  return { files, records, drops };
}

/** After a crash behind so many steps all acknowledged records are there that are needed. */
function expectRecovered(found: readonly string[], history: History, after: number): void {
  const { records, drops } = history;
  const all = records.map(({ text }) => text);
  const acknowledged = records.filter(({ stepCount }) => stepCount <= after).length;
  const dropped = drops.findLast(({ stepCount }) => stepCount <= after)?.count ?? 0;
  const start = found[0] === undefined ? acknowledged : all.indexOf(found[0]);
  expect(start, 'the first one there').to.be.within(0, dropped);
  expect(found).to.deep.equal(all.slice(start, start + found.length));
  expect(start + found.length).to.be.within(acknowledged, acknowledged + 1);
}

describe('Crash of a segmented log', function () {
  this.timeout(60_000);
  const sizes = [
    10, 300, 40, 700, 5, 90, 2500, 60, 400, 400, 20, 950, 30, 600, 600, 8, 300, 1000, 50,
  ];

  it('at every byte of every write: acknowledged records are there, the last one wholly or not at all', async () => {
    const history = await run(sizes);
    const { files } = history;
    for (let after = 3; after < files.stepCount; after += 1) {
      const cuts = Math.max(1, files.bytesOf(after));
      for (let cut = 0; cut < cuts; cut += cuts > 100 ? 7 : 1) {
        const image = files.crashed({
          after,
          areNamesKept: after % 2 === 0,
          isWritten: (offset) => offset < cut,
        });
        expectRecovered((await recordsIn(image)).map(textOf), history, after);
      }
    }
  });

  it('that leaves any sectors of a write, in any order: the same', async () => {
    const history = await run(sizes);
    const { files } = history;
    const steps = Array.from({ length: files.stepCount }, (_, step) => step).filter(
      (step) => step >= 3,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...steps),
        fc.nat(),
        fc.boolean(),
        async (after, mask, areNamesKept) => {
          const ends = files.sectorEndsOf(after);
          const isWritten = (offset: number) =>
            ((mask >> (ends.filter((end) => end <= offset).length % 30)) & 1) === 1;
          const image = files.crashed({ after, areNamesKept, isWritten });
          expectRecovered((await recordsIn(image)).map(textOf), history, after);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('again and again, while what the last one left is cleared away: nothing is lost, and it goes on', async () => {
    const disk = new LogOnDisk();
    const history = await run(sizes);
    for (let after = 3; after < history.files.stepCount; after += 1) {
      const half = Math.floor(history.files.bytesOf(after) / 2);
      disk.image = history.files.crashed({
        after,
        areNamesKept: true,
        isWritten: (offset) => offset < half,
      });
      const before = (await disk.records()).map(textOf);
      const second = await run([40, 1200, 30], disk.image);
      for (let again = 0; again < second.files.stepCount; again += 3) {
        const bytes = second.files.bytesOf(again);
        if (again < disk.image.size * 2 + 1) continue;
        const image = second.files.crashed({
          after: again,
          areNamesKept: false,
          isWritten: (offset) => offset * 2 < bytes,
        });
        const found = (await recordsIn(image)).map(textOf);
        expect(found.slice(0, before.length)).to.deep.equal(before);
      }
      const found = (await recordsIn(second.files.image())).map(textOf);
      expect(found).to.deep.equal([...before, ...second.records.map(({ text }) => text)]);
    }
  });
});
