/**
 * Shows that the disk of the journal takes writes while there is nothing to write: a hung disk would otherwise
 * stay unnoticed until the next vote. The probe has a file of its own beside the segments, which is overwritten
 * in place, so it neither grows nor needs room on a full disk, and a power cut can harm nothing that matters.
 */
import type { SegmentFile, SegmentFiles } from './segment-files.ts';

const fileName = 'probe';
/** One sector. */
const probeBytes = new Uint8Array(512);

export class DiskProbe {
  readonly #files: SegmentFiles;
  #file: SegmentFile | undefined;
  #writing: Promise<void> | undefined;

  constructor(files: SegmentFiles) {
    this.#files = files;
  }

  /** Resolves once the disk has taken a write. Not called again before that. @throws Error of the file system. */
  write(): Promise<void> {
    this.#writing = this.#write();
    return this.#writing;
  }

  /** Waits for the write under way. */
  async close(): Promise<void> {
    await this.#writing?.catch(() => {});
    await this.#file?.close();
    this.#file = undefined;
  }

  async #write(): Promise<void> {
    this.#file ??= await this.#files.create(fileName, probeBytes.length);
    await this.#file.write([probeBytes], 0);
  }
}
