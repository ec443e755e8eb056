import { errorCodes, type KvErrorCode, type Outcome } from './contract.ts';

/** Raised by the client and by the server for every operating error. Misuse raises `TypeError`. */
export class KvError extends Error {
  override readonly name = 'KvError';
  /** Stable; see {@link errorCodes}. */
  readonly code: KvErrorCode;
  /** Whether the request took effect. */
  readonly outcome: Outcome;

  /** `outcome` is the code's own unless the caller knows more. */
  constructor(
    code: KvErrorCode,
    message: string,
    details: { cause?: unknown; outcome?: Outcome } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.outcome = details.outcome ?? errorCodes[code].outcome;
  }
}
