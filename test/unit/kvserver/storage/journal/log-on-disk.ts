/** A log on a simulated disk, opened and closed around each use. */
import type { LogRecord } from '@paxkv/kvserver/internal/storage/journal/record-reader';
import { SegmentedLog } from '@paxkv/kvserver/internal/storage/journal/segmented-log';
import { type DiskImage, SimulatedFiles } from './simulated-files.ts';

export const owner = 'tests/0';

export class LogOnDisk {
  image: DiskImage;
  segmentBytes: number;

  constructor({ segmentBytes = 1024, image = new Map() as DiskImage } = {}) {
    this.segmentBytes = segmentBytes;
    this.image = image;
  }

  /** What it does is on the disk afterwards. */
  async use(
    act: (log: SegmentedLog, files: SimulatedFiles) => Promise<void>,
  ): Promise<SimulatedFiles> {
    const files = new SimulatedFiles(this.image);
    const options = { files, owner, segmentBytes: this.segmentBytes };
    const opened = await SegmentedLog.open(options, () => {});
    const log = opened.type === 'whole' ? opened.log : await SegmentedLog.create(options);
    if (opened.type === 'whole') await log.start();
    try {
      await act(log, files);
    } finally {
      await log.close();
    }
    this.image = files.image();
    return files;
  }

  records(): Promise<LogRecord[]> {
    return recordsIn(this.image);
  }
}

/** Every record of a log, read without modifying it. @throws DiskError */
export async function recordsIn(image: DiskImage, name = owner): Promise<LogRecord[]> {
  return (await readLog(image, name)).records;
}

/** Gives the records, and the index of the first fragment there is, which its user must compare. */
export async function readLog(
  image: DiskImage,
  name = owner,
): Promise<{ records: LogRecord[]; firstIndex: number | undefined }> {
  const records: LogRecord[] = [];
  const files = new SimulatedFiles(image);
  const opened = await SegmentedLog.open({ files, owner: name, segmentBytes: 1024 }, (record) =>
    records.push({ ...record, payload: Buffer.from(record.payload) }),
  );
  return { records, firstIndex: opened.type === 'whole' ? opened.log.firstIndex : undefined };
}

export function textOf({ payload }: LogRecord): string {
  return payload.toString();
}

/** In hexadecimal, so that two disks can be compared. */
export function contentsOf(image: DiskImage): Map<string, string> {
  return new Map([...image].map(([name, content]) => [name, content.toString('hex')]));
}
