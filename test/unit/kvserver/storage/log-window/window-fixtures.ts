/** Log windows on a simulated disk. */
import type { AppendFile, AppendFiles } from '@paxkv/kvserver/internal/storage/append-files';
import {
  LogWindow,
  type LogWindowOptions,
} from '@paxkv/kvserver/internal/storage/log-window/log-window';
import type { WindowDecision } from '@paxkv/kvserver/internal/storage/log-window/window-segment';
import { World } from '@paxkv/simulator';
import { AppendDisk } from '../../../../kv/append-disk.ts';

export const never = Number.POSITIVE_INFINITY;

export class Site {
  readonly world = new World({ seed: 7 });
  readonly disk = new AppendDisk(this.world, this.world.random('disk'));
  readonly reasons: string[] = [];

  /** Runs `act` in the world. */
  run(act: (site: Site) => Promise<void>): Promise<void> {
    return this.world.run(() => act(this));
  }

  /** Opens what is on the disk, as a process does that starts. */
  open(options: Partial<LogWindowOptions> = {}): Promise<LogWindow> {
    return LogWindow.open({
      files: this.disk.open(),
      owner: 'tests/0',
      clock: this.world.clock,
      bytesMax: 2 ** 30,
      msMax: 3_600_000,
      onDropped: (reason) => this.reasons.push(reason),
      ...options,
    });
  }

  /** A new window with these decisions, all on disk. */
  async filled(first: number, next: number, options?: Partial<LogWindowOptions>) {
    const window = await this.open(options);
    window.start(first);
    await this.add(window, first, next);
    return window;
  }

  /** Adds decisions one by one, until they are on disk. */
  async add(window: LogWindow, first: number, next: number): Promise<void> {
    for (const decision of decisions(first, next)) {
      window.add([decision]);
      await this.world.sleep(20);
    }
    await window.settled();
  }
}

/** Counts which files are open, and how much is read of them. */
export class CountedFiles implements AppendFiles {
  readonly #files: AppendFiles;
  openCount = 0;
  readBytes = 0;

  constructor(files: AppendFiles) {
    this.#files = files;
  }

  list(): ReturnType<AppendFiles['list']> {
    return this.#files.list();
  }

  async open(name: string): Promise<AppendFile> {
    return this.#counted(await this.#files.open(name));
  }

  async create(name: string): Promise<AppendFile> {
    return this.#counted(await this.#files.create(name));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#files.rename(from, to);
  }

  remove(name: string): Promise<void> {
    return this.#files.remove(name);
  }

  #counted(file: AppendFile): AppendFile {
    this.openCount += 1;
    return {
      get size() {
        return file.size;
      },
      read: (target, position) => {
        this.readBytes += target.length;
        return file.read(target, position);
      },
      append: (pieces) => file.append(pieces),
      flush: () => file.flush(),
      close: () => {
        this.openCount -= 1;
        return file.close();
      },
    };
  }
}

export function decisions(first: number, next: number): WindowDecision[] {
  return Array.from({ length: next - first }, (_, index) => decision(first + index));
}

function decision(seq: number): WindowDecision {
  return { seq, value: Buffer.from(textOf(seq)) };
}

export function textOf(seq: number): string {
  return `value ${seq} `.padEnd(100, '.');
}

/** The values from `seq` on, as far as the window has them, as text; read page by page. */
export async function valuesFrom(window: LogWindow, seq: number): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const page = await window.read(seq + texts.length, { bytesMax: 350, countMax: 1024 });
    if (page.length === 0) return texts;
    texts.push(...page.map((value) => Buffer.from(value).toString()));
  }
}

export function valuesOf(first: number, next: number): string[] {
  return decisions(first, next).map(({ seq }) => textOf(seq));
}
