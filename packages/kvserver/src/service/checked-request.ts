/** Requests that a program in the same process hands over as objects, which no decoder has checked. */
import { isCommandType, type Request, requestFromRow, requestToRow } from '@paxkv/protocol';
import { malformedToError } from './submit.ts';

/**
 * A copy of the request without whatever else the object holds.
 *
 * Rule: no malformed request may enter the log, since every replica would fail to apply it.
 *
 * @throws KvError `KV_BAD_REQUEST` and `KV_TOO_LARGE`, *not done*.
 */
export function checkedRequest(request: Request): Request {
  const { command, consistency = 'linearizable' } = request;
  try {
    const type: unknown = command?.type;
    if (!isCommandType(type)) throw new TypeError(`No command is called ${String(type)}.`);
    const checked = requestFromRow(requestToRow(request));
    if (consistency === 'linearizable') return checked;
    if (consistency === 'serializable') return { ...checked, consistency };
    throw new TypeError(`No consistency is called ${String(consistency)}.`);
  } catch (error) {
    throw malformedToError(error);
  }
}
