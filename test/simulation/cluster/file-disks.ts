/** The disks of what a server keeps to save work: its log window and its history. */
import { limitsDefault } from '@paxkv/kvserver/internal/config/limits';
import { HistoryLog } from '@paxkv/kvserver/internal/storage/history/history-log';
import { LogWindow } from '@paxkv/kvserver/internal/storage/log-window/log-window';
import type { Clock } from '@paxkv/paxos';
import type { Gate, World } from '@paxkv/simulator';
import { AppendDisk } from '../../kv/append-disk.ts';
import type { ServerOptions } from './server-options.ts';

type DiskOptions = Pick<
  ServerOptions,
  'me' | 'limits' | 'windowBytesMax' | 'windowMsMax' | 'witness'
>;

export class FileDisks {
  readonly #options: DiskOptions;
  readonly #window: AppendDisk;
  readonly #history: AppendDisk;

  constructor(world: World, options: DiskOptions) {
    this.#options = options;
    this.#window = new AppendDisk(world, world.random(`log window ${options.me}`));
    this.#history = new AppendDisk(world, world.random(`history ${options.me}`));
  }

  /** Flips one random bit of each file. */
  damage(): void {
    for (const disk of this.#disks) disk.damage();
  }

  wipe(): void {
    for (const disk of this.#disks) disk.wipe();
  }

  /** Tears with this probability what was not flushed off the end of each file. */
  crash(tearChance: number): void {
    for (const disk of this.#disks) disk.crash(tearChance);
  }

  async open(clock: Clock, gate: Gate): Promise<{ logWindow: LogWindow; history: HistoryLog }> {
    const { me, limits, windowBytesMax, windowMsMax, witness } = this.#options;
    const { recentChangesBytesMax } = { ...limitsDefault, ...limits.server };
    const history = new HistoryLog({
      files: this.#history.open(gate),
      bytesMax: recentChangesBytesMax,
      onFailed: (error) => witness.onNote(`node ${me} keeps no history: ${String(error)}`),
    });
    const logWindow = await LogWindow.open({
      files: this.#window.open(gate),
      owner: `simulated/${me}`,
      clock,
      bytesMax: windowBytesMax,
      msMax: windowMsMax,
      onDropped: (reason) => witness.onWindowDropped(me, reason),
    });
    return { logWindow, history };
  }

  get #disks(): readonly AppendDisk[] {
    return [this.#window, this.#history];
  }
}
