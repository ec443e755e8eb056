/** The reply to a read of changes. */
import type { ChangeEvent, ChangesReply } from '@paxkv/protocol';
import { toReplyEntry } from '../../state-machine/store/cached-value.ts';
import type {
  ChangesPage,
  RecentChange,
} from '../../state-machine/store/changes/recent-changes.ts';
import { fromText } from '../../state-machine/store/latin1.ts';

export function toChangesReply({ changes, revision }: ChangesPage): ChangesReply {
  return { type: 'changes', revision, events: changes.map(toEvent) };
}

function toEvent({ revision, name, entry }: RecentChange): ChangeEvent {
  const key = fromText(name);
  if (entry === undefined) return { type: 'delete', key, modRevision: revision };
  return { type: 'put', key, ...toReplyEntry(entry) };
}
