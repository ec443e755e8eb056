/**
 * Checks of requests that no decoder has checked: those of programs in the same process, and commands from
 * JSON, whose sizes the JSON schema does not bound.
 */
import {
  checkCommand,
  checkStamp,
  isCommandType,
  KvError,
  type Request,
  requestFromRow,
  requestToRow,
  TooLargeError,
} from '@paxkv/protocol';

/**
 * A copy of the request without any member that the protocol does not know.
 *
 * Rule: no malformed request may enter the log, since every replica would fail to apply it.
 *
 * @throws KvError `KV_BAD_REQUEST` and `KV_TOO_LARGE`, *not done*.
 */
export function checkedRequest(request: Request): Request {
  const { command, consistency = 'linearizable' } = request;
  try {
    const type: unknown = command?.type;
    if (!isCommandType(type)) throw new TypeError(`Unknown command ${String(type)}.`);
    const checked = requestFromRow(requestToRow(request));
    if (checked.stamp !== undefined) checkStamp(checked.stamp);
    if (consistency === 'linearizable') return checked;
    if (consistency === 'serializable') return { ...checked, consistency };
    throw new TypeError(
      `Unknown consistency ${String(consistency)}; use linearizable or serializable.`,
    );
  } catch (error) {
    throw malformedToError(error);
  }
}

/** @throws KvError `KV_BAD_REQUEST` and `KV_TOO_LARGE`, *not done*. */
export function expectWithinLimits({ command, stamp }: Request): void {
  try {
    checkCommand(command);
    if (stamp !== undefined) checkStamp(stamp);
  } catch (error) {
    throw malformedToError(error);
  }
}

/** The error that the client gets for a malformed request. @throws `thrown` itself if it is any other error. */
export function malformedToError(thrown: unknown): KvError {
  if (thrown instanceof TooLargeError) return new KvError('KV_TOO_LARGE', thrown.message);
  if (thrown instanceof TypeError) return new KvError('KV_BAD_REQUEST', thrown.message);
  throw thrown;
}
