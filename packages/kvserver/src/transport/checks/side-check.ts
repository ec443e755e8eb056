/**
 * The check of forwarded batches, checksums of states and state transfer messages, which travel on the same
 * connections as the envelopes of Paxos.
 */
import { copyToPages } from '@paxkv/protocol';
import type { ChecksumMessage, ForwardedBatch, StateMessage } from '../../replica/ports.ts';
import { seqMax } from './bounds.ts';
import { bytes, type Check, flag, list, pair, text, variant, whole } from './check.ts';

type SideMessage = StateMessage | ForwardedBatch | ChecksumMessage;

/** More than fit into a page: a row with its key takes some bytes, and a page has 256 KiB and one row. */
const rowCountMax = 65_536;
/** The most values in one page of the log. */
const valueCountMax = 1024;
/** More than any key of a row has. */
const keyBytesMax = 64 * 1024;
const reasonLengthMax = 1024;

/** Rows stay views of the frame: they are written at once. Values of the log are copies, since they stay in memory. */
export function sideCheck(valueBytesMax: number): Check<SideMessage> {
  const seq = whole(0, seqMax);
  const transfer = whole(0, 2 ** 48);
  const page = whole(0, 2 ** 32);
  const amount = whole(0);
  const logValue = bytes(valueBytesMax, (view) => new Uint8Array(view));
  return variant<SideMessage>({
    findLog: { transfer, seq },
    logFound: { transfer, isHeld: flag },
    fetchLog: { transfer, seq, received: amount, credit: amount },
    logPage: {
      transfer,
      seq,
      values: list(logValue, { lengthMin: 0, lengthMax: valueCountMax }),
      applied: whole(-1, seqMax),
    },
    fetch: { transfer, attempt: page, page, after: bytes(keyBytesMax), credit: page },
    page: {
      transfer,
      attempt: page,
      page,
      applied: seq,
      total: amount,
      rows: list(pair(bytes()), { lengthMin: 0, lengthMax: rowCountMax }),
      isLast: flag,
    },
    release: { transfer },
    refused: { transfer, reason: text(reasonLengthMax) },
    forward: { runId: seq, number: amount, value: bytes(valueBytesMax, copyToPages) },
    checksum: { applied: seq, count: seq, sum: whole(0, 2 ** 32 - 1) },
  });
}
