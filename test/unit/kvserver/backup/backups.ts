/** States to back up, and the bytes of their backups. */
import { type BackupOrigin, writeBackup } from '@paxkv/kvserver/internal/backup/backup-writer';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import {
  StateDatabase,
  type StateLevel,
} from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateExport } from '@paxkv/kvserver/internal/storage/state/state-export';
import {
  append,
  applyNext,
  memoryLevel,
  openSession,
  put,
  remove,
  stamped,
} from '../state-machine/fixtures.ts';

export const origin: BackupOrigin = {
  cluster: 'paxkv',
  nodeCount: 3,
  node: 1,
  version: '0.1.0',
  takenAt: '2026-01-02T03:04:05.678Z',
  consistency: 'linearizable',
};

/** A state with a session, some entries, and one of each size that matters to chunks. */
export async function smallState(): Promise<{ level: StateLevel; machine: StateMachine }> {
  const level = memoryLevel();
  const machine = await StateMachine.open(new StateDatabase(level));
  await applyNext(machine, openSession('a client'));
  await applyNext(machine, put('a', '1'), put('b', ''), put('gone', 'x'));
  await applyNext(machine, stamped(append('a', '2'), [1, 1]), remove('gone'));
  return { level, machine };
}

/** A state whose backup has several chunks. */
export async function largerState(): Promise<{ level: StateLevel; machine: StateMachine }> {
  const { level, machine } = await smallState();
  for (let index = 0; index < 8; index += 1) {
    await applyNext(machine, put(`large ${index}`, `${index}`.repeat(100_000)));
  }
  return { level, machine };
}

export async function backupOf(level: StateLevel): Promise<Buffer> {
  const source = await StateExport.open(level);
  const pieces: Uint8Array[] = [];
  for await (const piece of writeBackup(source, origin)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The bytes in pieces of this size, as a network may deliver them. */
export async function* inPieces(
  bytes: Uint8Array,
  size = bytes.length,
): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size);
  }
}

/** Where each chunk begins, and where the last one ends. */
export function chunkOffsets(backup: Buffer): number[] {
  const offsets = [8];
  for (let offset = 8; offset < backup.length; offsets.push(offset)) {
    offset += 5 + backup.readUInt32BE(offset + 1) + 32;
  }
  return offsets;
}
