/** Counts and times of the tests of each folder, over files whose results may arrive in any order. */
import path from 'node:path';

/** A folder below test/dist is named by its first path segment; one of unit tests by two. */
const testsRoot = path.join(import.meta.dirname, '..');
const foldersOfFolders = new Set(['unit']);

export interface Counts {
  passing: number;
  pending: number;
  failing: number;
}

/** The tests of one folder. */
export class Folder {
  readonly name: string;
  readonly counts: Counts = { passing: 0, pending: 0, failing: 0 };
  /** The duration of its tests and hooks together. */
  ms = 0;

  constructor(name: string) {
    this.name = name;
  }

  get isEmpty(): boolean {
    return Object.values(this.counts).every((count) => count === 0);
  }
}

export class FolderCounts {
  readonly #folders = new Map<string, Folder>();
  /** The files of each folder whose results are not complete. */
  readonly #left = new Map<string, number>();
  #current: string | undefined;

  /** @param files of the whole run */
  constructor(files: readonly string[]) {
    for (const file of files) {
      const name = folderOf(file);
      this.#left.set(name, (this.#left.get(name) ?? 0) + 1);
    }
  }

  /**
   * Results of `file` follow; those of one file arrive together. @returns the folder whose last file the file before
   * was
   */
  enter(file: string): Folder | undefined {
    if (file === this.#current) return undefined;
    const finished = this.#leave();
    this.#current = file;
    return finished;
  }

  /** The folder of the file whose results arrive. */
  get current(): Folder | undefined {
    return this.#current === undefined ? undefined : this.#folderOf(folderOf(this.#current));
  }

  /** No more results follow. @returns the folders that {@link enter} did not return */
  end(): readonly Folder[] {
    this.#current = undefined;
    return [...this.#folders.values()];
  }

  #leave(): Folder | undefined {
    if (this.#current === undefined) return undefined;
    const name = folderOf(this.#current);
    const left = (this.#left.get(name) ?? 0) - 1;
    this.#left.set(name, left);
    if (left !== 0) return undefined;
    const folder = this.#folders.get(name);
    this.#folders.delete(name);
    return folder;
  }

  #folderOf(name: string): Folder {
    const folder = this.#folders.get(name) ?? new Folder(name);
    this.#folders.set(name, folder);
    return folder;
  }
}

/** The name of the folder that a test file counts in. */
export function folderOf(file: string): string {
  const [first = '', ...rest] = path.relative(testsRoot, file).split(path.sep);
  const [second] = rest;
  if (second === undefined) return first.replace(/\.test\.js$/, '');
  return foldersOfFolders.has(first) && rest.length > 1 ? `${first}/${second}` : first;
}

/** The path of a test file below the folder of all tests, as its source is named. */
export function nameOf(file: string): string {
  return path.relative(testsRoot, file).replace(/\.js$/, '.ts');
}
