/**
 * The file system as the log needs it. The log reaches a disk only through this interface, so a simulated file
 * system can lose, tear and flip what a real one might.
 *
 * Assumptions: a power loss takes nothing of a write that has resolved. A write that a power loss cuts short
 * leaves each of its sectors (512 bytes) old or new, in any order, and touches no other sector. A write of the
 * bytes that are there already changes nothing, even if it is cut short.
 */

export interface SegmentFile {
  /** Names the file in messages, as its path does. */
  readonly place: string;
  /** The size in bytes, which never changes after `create`. */
  readonly size: number;
  /**
   * Fills `target` from `position` on. Gives back the number of bytes, which is smaller only at the end of the file.
   *
   * @throws Error of the file system.
   */
  read(target: Uint8Array, position: number): Promise<number>;
  /**
   * Writes the pieces one after another from `position` on. They are durable when this resolves, and must not
   * change before. One write at a time.
   *
   * @throws Error of the file system; then any part may be written, now or later.
   */
  write(pieces: readonly Uint8Array[], position: number): Promise<void>;
  close(): Promise<void>;
}

/** A directory that nobody else holds. Names of files are durable only after `syncNames`. */
export interface SegmentFiles {
  /** The names of all files, in any order. */
  list(): Promise<string[]>;
  open(name: string): Promise<SegmentFile>;
  /** Makes a file of `size` zeros, whose blocks are allocated and durable. Replaces one of this name. */
  create(name: string, size: number): Promise<SegmentFile>;
  /** An open file stays open. Replaces a file with the new name. */
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Makes durable what `create`, `rename` and `remove` did to names. */
  syncNames(): Promise<void>;
  /** Lets the directory go. The files are closed already. */
  close(): Promise<void>;
}
