/** What a client is told where the store refused a request. */
import type { Refusal } from '@paxkv/protocol';
import { KvError, type KvErrorCode, valueBytesMax } from '@paxkv/protocol';

const refusals: Record<Refusal, { code: KvErrorCode; message: string }> = {
  sessionExpired: {
    code: 'KV_SESSION_EXPIRED',
    message: 'The session is not known any more; open another.',
  },
  numberReused: {
    code: 'KV_NUMBER_REUSED',
    message: 'The session number was used before for another request.',
  },
  outsideWindow: {
    code: 'KV_BAD_REQUEST',
    message: 'The session number is not among those that may await a reply.',
  },
  tooLarge: {
    code: 'KV_TOO_LARGE',
    message: `The value would grow over ${valueBytesMax} bytes.`,
  },
};

export function refusalToError(reason: Refusal): KvError {
  const { code, message } = refusals[reason];
  return new KvError(code, message);
}
