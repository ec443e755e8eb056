/** All changes that the decided log makes, by a state machine that applies it once more, without faults. */
import type { Version } from '@paxkv/kvserver/internal/state-machine/features';
import type { SessionLimits } from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { bytesOf } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import type { RecentChange } from '@paxkv/kvserver/internal/state-machine/store/changes/recent-changes';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { MemoryLevel } from 'memory-level';
import type { Ledger } from './ledger.ts';
import type { Shown } from './watch-invariants.ts';

type Bytes = Uint8Array;

const everything = { first: '', end: undefined, isReversed: false };
const noLimit = Number.POSITIVE_INFINITY;

export interface ReplayOptions {
  readonly version: Version;
  readonly sessionLimits: SessionLimits;
}

/** In the order of their revisions. */
export async function decidedChanges(
  ledger: Pick<Ledger, 'instances'>,
  options: ReplayOptions,
): Promise<readonly Shown[]> {
  const views = { keyEncoding: 'view', valueEncoding: 'view', storeEncoding: 'view' } as const;
  const database = new StateDatabase(new MemoryLevel<Bytes, Bytes>(views));
  const machine = await StateMachine.open(database, { ...options, recentChangesBytesMax: noLimit });
  for (let seq = 0; ; seq += 1) {
    const decided = ledger.instances.get(seq)?.decided;
    if (decided === undefined) break;
    await machine.apply([{ seq, value: decided.value }]);
  }
  return changesOf(machine);
}

function changesOf({ recentChanges, revision }: StateMachine): Shown[] {
  const shown: Shown[] = [];
  for (let after = 0; ; ) {
    const page = recentChanges.read({ range: everything, after, bytesMax: noLimit }, revision);
    if (page === undefined) throw new TypeError('a state that began empty has all its changes');
    shown.push(...page.changes.map(toShown));
    if (page.isLast) return shown;
    after = page.revision;
  }
}

function toShown({ name, revision, entry }: RecentChange): Shown {
  const key = Buffer.from(name, 'latin1').toString();
  const value = entry && Buffer.from(bytesOf(entry.value)).toString();
  return { key, revision, value };
}
