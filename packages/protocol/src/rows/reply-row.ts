/** Replies as rows, for the sessions that keep them and for the state hash. A tag never changes its meaning. */
import type { Refusal, Reply } from '../command.ts';
import { type Row, toCount, toFlag, toText } from './packed.ts';

/** A reply worth keeping for a retry: that of a write. It is small, whatever was written. */
export type WriteReply = Extract<Reply, { type: 'put' | 'appended' | 'deleted' | 'refused' }>;

const tags = { got: 0, put: 1, appended: 2, deleted: 3, sessionOpened: 4, refused: 5 } as const;

const refusals: Record<Refusal, true> = {
  sessionExpired: true,
  numberReused: true,
  outsideWindow: true,
  tooLarge: true,
};

/** The row of a reply: its tag and its fields. */
export function fromReply(reply: Reply): Row {
  const tag = tags[reply.type];
  switch (reply.type) {
    case 'got': {
      const { entry } = reply;
      if (entry === undefined) return [tag];
      return [tag, entry.createRevision, entry.modRevision, entry.version, entry.value];
    }
    case 'put':
      return [tag, reply.revision];
    case 'appended':
      return [tag, reply.revision, reply.length];
    case 'deleted':
      return [tag, reply.revision, reply.existed];
    case 'sessionOpened':
      return [tag, reply.session];
    case 'refused':
      return [tag, reply.reason];
  }
}

/** @throws TypeError unless `row` is the reply to a write. */
export function toWriteReply([tag, first, second]: Row): WriteReply {
  switch (tag) {
    case tags.put:
      return { type: 'put', revision: toCount(first) };
    case tags.appended:
      return { type: 'appended', revision: toCount(first), length: toCount(second) };
    case tags.deleted:
      return { type: 'deleted', revision: toCount(first), existed: toFlag(second) };
    case tags.refused:
      return { type: 'refused', reason: toRefusal(first) };
    default:
      throw new TypeError(`No reply to a write has the tag ${String(tag)}.`);
  }
}

function toRefusal(field: unknown): Refusal {
  const text = toText(field);
  if (isRefusal(text)) return text;
  throw new TypeError(`No refusal is called ${text}.`);
}

function isRefusal(text: string): text is Refusal {
  return Object.hasOwn(refusals, text);
}
