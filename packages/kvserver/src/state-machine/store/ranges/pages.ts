/** The replies to commands that read ranges. Each shows one moment, and is bounded in entries and bytes. */
import {
  type CommandOf,
  countLimitMax,
  type PageRead,
  type ReplyOf,
  type ScannedEntry,
  valueBytesMax,
} from '@paxkv/protocol';
import { toReplyEntry } from '../cached-value.ts';
import { fromText } from '../latin1.ts';
import { ReadSlots } from '../read-slots.ts';
import type { PresentKey } from './merge.ts';
import { toNameRange } from './name-range.ts';
import type { NotShown, RangeReader } from './range-reader.ts';

/** Most bytes of a page with more than one entry. The largest entry fits too. */
export const pageBytesMax = valueBytesMax + 2048;
/** What an entry counts in addition to its key and value. */
const entryBytes = 64;
/** A page of keys ends once their values, which are read with them, have this many bytes. */
const unsentBytesMax = 4 * 1024 * 1024;

/** Each may hold about a mebibyte of values, and one is read while others are answered. */
const pagesAtOnceMax = 4;

/** A page of a range. */
export type PageReply = ReplyOf<PageRead['type']>;

export class PageReader {
  readonly #reader: RangeReader;
  readonly #slots = new ReadSlots(pagesAtOnceMax);

  constructor(reader: RangeReader) {
    this.#reader = reader;
  }

  /** @throws StateError */
  read(command: PageRead): Promise<PageReply | NotShown> {
    return this.#slots.run<PageReply | NotShown>(() =>
      command.type === 'scan' ? scan(this.#reader, command) : count(this.#reader, command),
    );
  }
}

async function scan(
  reader: RangeReader,
  command: CommandOf<'scan'>,
): Promise<ReplyOf<'scan'> | NotShown> {
  const range = toNameRange(command, command.reverse);
  const opened = await reader.openAsOf(range, command.asOf);
  if (typeof opened === 'string') return opened;
  const { revision, rest, keys } = opened;
  const page = new Page(command);
  for await (const part of keys) {
    for (const key of part) {
      if (page.add(key)) continue;
      const bound = command.reverse ? page.lastName : key.name;
      return { type: 'scan', revision, entries: page.entries, next: fromText(bound) };
    }
  }
  return { type: 'scan', revision, entries: page.entries, next: toNext(rest) };
}

async function count(
  reader: RangeReader,
  command: CommandOf<'count'>,
): Promise<ReplyOf<'count'> | NotShown> {
  const opened = await reader.openAsOf(toNameRange(command), command.asOf, false);
  if (typeof opened === 'string') return opened;
  const { revision, rest, keys } = opened;
  let counted = 0;
  for await (const part of keys) {
    const next = part[countLimitMax - counted];
    if (next !== undefined) {
      return { type: 'count', revision, count: countLimitMax, next: fromText(next.name) };
    }
    counted += part.length;
  }
  return { type: 'count', revision, count: counted, next: toNext(rest) };
}

class Page {
  readonly entries: ScannedEntry[] = [];
  lastName = '';
  readonly #command: CommandOf<'scan'>;
  #bytes = 0;
  #unsentBytes = 0;

  constructor(command: CommandOf<'scan'>) {
    this.#command = command;
  }

  /** Returns false, and adds nothing, if the page is full. */
  add({ name, entry }: PresentKey): boolean {
    const { limit, keysOnly } = this.#command;
    const isFull = this.entries.length >= limit || this.#unsentBytes >= unsentBytesMax;
    const cached = isFull ? undefined : entry();
    if (cached === undefined) return false;
    const valueBytes = cached.value.length;
    const bytes = entryBytes + name.length + (keysOnly ? 0 : valueBytes);
    if (this.entries.length > 0 && this.#bytes + bytes > pageBytesMax) return false;
    this.#bytes += bytes;
    if (keysOnly) this.#unsentBytes += valueBytes;
    const {
      value,
      lease: _lease,
      ...versions
    } = toReplyEntry(keysOnly ? { ...cached, value: '' } : cached);
    this.entries.push({ key: fromText(name), value: keysOnly ? undefined : value, ...versions });
    this.lastName = name;
    return true;
  }
}

function toNext(bound: string | undefined): Uint8Array | undefined {
  return bound === undefined ? undefined : fromText(bound);
}
