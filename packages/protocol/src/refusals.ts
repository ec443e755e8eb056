/** Reasons for which the store refuses a request, and the error that the client gets for each. */
import { commands } from './commands/table.ts';
import { KvError, type KvErrorCode } from './errors.ts';

const sessionRefusals = {
  /** The session was never opened, or was evicted by newer ones. */
  sessionExpired: {
    code: 'KV_SESSION_EXPIRED',
    message: 'The session is unknown or expired; open a new session.',
  },
  /** The number was used before for another command. */
  numberReused: {
    code: 'KV_NUMBER_REUSED',
    message: 'The request number was used before for another request.',
  },
  /** The number is below the first outstanding one: the session no longer has the reply to it, if there was one. */
  outsideWindow: {
    code: 'KV_REPLY_GONE',
    message:
      'The request number is below the window of the session, which keeps no reply to it any more; open a new session.',
  },
  /** Authentication is required, and the request is anonymous or its token was deleted. */
  unauthenticated: {
    code: 'KV_UNAUTHENTICATED',
    message: 'Authentication is required, and this request has no valid token or certificate.',
  },
  /** The user lacks the right. */
  forbidden: { code: 'KV_FORBIDDEN', message: 'The user has no right to do this.' },
  /** The feature level of the cluster is below that of the command. */
  featureOff: {
    code: 'KV_FEATURE_OFF',
    message:
      'The command needs a higher feature level than the cluster has: some server has an older version.',
  },
} as const;

type Specs = (typeof commands)[keyof typeof commands];

/** Reasons that commands declare. */
type CommandRefusal = Specs extends infer S
  ? S extends { readonly refusals: infer R }
    ? keyof R & string
    : never
  : never;

/** Why the store refused a request. */
export type Refusal = keyof typeof sessionRefusals | CommandRefusal;

interface RefusalError {
  readonly code: KvErrorCode;
  readonly message: string;
}

const refusals: Readonly<Record<Refusal, RefusalError>> = Object.assign(
  {},
  sessionRefusals,
  ...Object.values(commands).map((spec) => ('refusals' in spec ? spec.refusals : {})),
);

/** Whether this version knows the reason. */
export function isRefusal(text: string): text is Refusal {
  return Object.hasOwn(refusals, text);
}

/** The error that a client gets for a refusal. */
export function refusalToError(reason: Refusal): KvError {
  const { code, message } = refusals[reason];
  return new KvError(code, message);
}
