/**
 * The journal's own log on disk: segments of fixed size, allocated ahead and used again.
 *
 * ```text
 *   journal/
 *     0000000000000007.wal   in use: header │ fragment │ fragment │ …
 *     0000000000000008.wal   in use, and written to
 *     0000000000000009.wal   the spare: allocated, nothing in it
 *     next.wal.new           one that is being made
 *     probe                  overwritten now and then, to see whether the disk takes writes
 *     lock/                  held while the journal is open
 * ```
 *
 * All numbers are little-endian; sequences, indices and sizes have 6 bytes. Every checksum is a CRC-32C.
 *
 * ```text
 *   header, a multiple of 8 bytes:
 *     0  "PAXKVWAL"          16  bytes of the header (2)    32  index of the first fragment
 *     8  format (4)          18  bytes of the owner (2)     40  bytes of the file
 *    12  checksum of the     20  0 spare, 1 in use (1)      48  checksum of the fragment before (4)
 *        rest (4)            24  sequence                   56  owner, zeros
 *
 *   fragment, a multiple of 8 bytes:
 *     0  checksum of the     12  kind: 1 group, 2 moved     16  sequence of the segment
 *        owner and the rest      groups, 3 checkpoint (1)   24  index of the fragment
 *     4  payload bytes (4)   13  part: 1 first, 2 last,     32  payload, zeros
 *     8  checksum of the         3 whole record (1)
 *        fragment before
 * ```
 *
 * Rules of recovery:
 * 1. One append is one record, durable before the next begins. A record that does not fit is continued in
 *    the next segment, whose header is durable before anything behind it.
 * 2. A fragment counts only if it names its segment, its index and the checksum of the one before it, for
 *    this owner. Bytes of a former use of the file name another segment.
 * 3. The log ends where no such fragment follows. If one lies behind, or a later segment begins with a higher
 *    index, durable records are missing there: damage. Otherwise the last append was cut short by a crash.
 * 4. The last record is written again, as it is, before anyone builds on it.
 * 5. A segment may be missing at the front only if the last checkpoint needs nothing before what is there.
 * 6. The next segment begins when the last one is full. Until then a damaged header behind it is that of a spare.
 *    From then on it is damage, even if no record behind it can be read.
 * 7. A copy of a group has its live votes alone, and a checkpoint behind it the rest. As long as the group itself
 *    is needed by the last checkpoint, it counts, and the copy does not.
 */
export { Journal, type JournalOptions } from './journal.ts';
export type { JournalOwner } from './journal-owner.ts';
export type { SegmentFile, SegmentFiles } from './segment-files.ts';
export type { DiskTimes, SlowWrites } from './write-times.ts';
