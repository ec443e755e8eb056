/** The disk under a simulated server's state database. */
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';
import { LevelDisk, type LevelDiskOptions, type SeededRandom, type World } from '@paxkv/simulator';
import { MemoryLevel } from 'memory-level';

type Bytes = Uint8Array;

export class StateDisk extends LevelDisk<StateLevel> {
  constructor(
    world: World,
    random: SeededRandom,
    options: Pick<LevelDiskOptions<StateLevel>, 'watch'> = {},
  ) {
    super(world, { empty: emptyLevel, random, ...options });
  }
}

function emptyLevel(): MemoryLevel<Bytes, Bytes> {
  return new MemoryLevel({ keyEncoding: 'view', valueEncoding: 'view', storeEncoding: 'view' });
}
