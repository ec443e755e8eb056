/**
 * Distributes the words of a text over workers, each of which has one write in flight. The text is counted
 * page by page, and every different word of a page makes one write. A word on few pages belongs to one
 * worker, which puts its running count; a word on many pages belongs to all workers, which append one mark
 * for each occurrence.
 */
import type { KvClient } from '@paxkv/client';
import type { Progress } from './progress.ts';

const pageWordCount = 2000;
/** A word on more pages would delay its worker. */
const rarePageCountMax = 20;

/** The occurrences of one word on a page. */
interface Entry {
  readonly word: string;
  readonly count: number;
  /** Whether the word is on few pages of the whole text. */
  readonly isRare: boolean;
}

export type Lane = readonly Entry[];

export function deal(words: readonly string[], laneCount: number): Lane[] {
  const pages = toPages(words);
  const pageCounts = countOf(pages.flatMap((page) => [...page.keys()]));
  const lanes: Entry[][] = Array.from({ length: laneCount }, () => []);
  const owners = new Map<string, number>();
  let dealtCount = 0;
  for (const [word, count] of pages.flatMap((page) => [...page])) {
    const isRare = (pageCounts.get(word) ?? 0) <= rarePageCountMax;
    const owner = owners.get(word) ?? owners.size % laneCount;
    owners.set(word, owner);
    lanes[isRare ? owner : dealtCount % laneCount]?.push({ word, count, isRare });
    dealtCount += 1;
  }
  return lanes;
}

/** Writes one worker's words, one after another. */
export async function write(
  lane: Lane,
  { client, progress }: { client: KvClient; progress: Progress },
): Promise<void> {
  const running = new Map<string, number>();
  for (const { word, count, isRare } of lane) {
    if (isRare) {
      const sum = (running.get(word) ?? 0) + count;
      running.set(word, sum);
      await client.put(word, `${sum}`);
    } else {
      await client.append(word, 'x'.repeat(count));
    }
    progress.add();
  }
}

/** The count that a word's value represents: digits or marks. */
export function toCount(value: string | undefined): number {
  if (value === undefined) return 0;
  return /^x+$/.test(value) ? value.length : Number(value);
}

export function countOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function toPages(words: readonly string[]): Map<string, number>[] {
  const pages: Map<string, number>[] = [];
  for (let start = 0; start < words.length; start += pageWordCount) {
    pages.push(countOf(words.slice(start, start + pageWordCount)));
  }
  return pages;
}
