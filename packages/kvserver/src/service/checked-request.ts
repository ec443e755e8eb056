/** Requests that a program in the same process hands over as objects, which no decoder has checked. */
import { fromCommand, KvError, type Request, toCommand, toCount } from '@paxkv/protocol';

/**
 * The request without whatever else the object holds.
 *
 * Rule: no malformed request may enter the log, since every replica would fail to apply it.
 *
 * @throws KvError `KV_BAD_REQUEST` (not done), which says what is wrong.
 */
export function checkedRequest({ command, stamp }: Request): Request {
  try {
    const checked = toCommand(fromCommand(command));
    if (stamp === undefined) return { command: checked };
    if (checked.type === 'openSession') throw new TypeError('A session opens outside any session.');
    return { command: checked, stamp: checkedStamp(stamp) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KvError('KV_BAD_REQUEST', `The request is malformed: ${reason}`, { cause });
  }
}

function checkedStamp(stamp: Exclude<Request['stamp'], undefined>) {
  const session = toCount(stamp.session, 1);
  const number = toCount(stamp.number, 1);
  const lowestAwaited = toCount(stamp.lowestAwaited, 1);
  if (lowestAwaited <= number) return { session, number, lowestAwaited };
  throw new TypeError('The lowest awaited number is above the number of the request.');
}
