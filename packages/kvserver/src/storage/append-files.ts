/**
 * The file system as the log window and the history need it. They reach a disk only through this interface, so a
 * simulated one can lose and tear what a real one might.
 *
 * A crash of the process keeps what was appended; a power loss may take any of it that was not flushed.
 */

export interface AppendFile {
  /** The size in bytes. It grows with `append`. */
  readonly size: number;
  /**
   * Fills `target` from `position` on. Gives back the number of bytes, which is smaller only at the end of the file.
   *
   * @throws Error of the file system.
   */
  read(target: Uint8Array, position: number): Promise<number>;
  /**
   * Writes the pieces one after another at the end. One call at a time.
   *
   * @throws Error of the file system; then any part may be written.
   */
  append(pieces: readonly Uint8Array[]): Promise<void>;
  /**
   * Resolves when what was appended before the call, and the file's name, survive a power loss.
   *
   * @throws Error of the file system; then any part may be lost.
   */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** A file that is in the directory. */
export interface FoundFile {
  readonly name: string;
  /** The time since the file was last written, in milliseconds. */
  readonly ageMs: number;
}

/** A directory for one user of it alone. Any call may throw an error of the file system. */
export interface AppendFiles {
  /** All files, in any order. An absent directory has none. */
  list(): Promise<FoundFile[]>;
  open(name: string): Promise<AppendFile>;
  /** Makes an empty file, and the directory if it is absent. Replaces a file of this name. */
  create(name: string): Promise<AppendFile>;
  /** An open file stays open. */
  rename(from: string, to: string): Promise<void>;
  /** Does nothing if there is no such file. */
  remove(name: string): Promise<void>;
}
