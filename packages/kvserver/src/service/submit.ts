/**
 * The one way in for every front end: a request is checked, handed to the replica, and answered by the reply
 * of its command or by an error that says whether it was done.
 */
import {
  type Command,
  checkCommand,
  KvError,
  type Reply,
  type ReplyOf,
  type Request,
  refusalToError,
  TooLargeError,
} from '@paxkv/protocol';
import type { SubmitOptions, Submitter } from '../replica/submitter.ts';

/**
 * @throws KvError `KV_BAD_REQUEST` and `KV_TOO_LARGE` for a command outside the limits, that of a refusal
 * of the store, and whatever the submitter throws.
 */
export async function submit<C extends Command>(
  submitter: Submitter,
  request: Request<C>,
  options?: SubmitOptions,
): Promise<ReplyOf<C['type']>> {
  const { command, encoded } = request;
  // A row was checked when it was read.
  if (encoded === undefined) expectWithinLimits(command);
  const reply = await submitter.submit(request, options);
  if (isReplyTo(command, reply)) return reply;
  if (reply.type === 'refused') throw refusalToError(reply.reason);
  throw new TypeError(`The replica answered ${reply.type} to ${command.type}.`);
}

/** What a client is told of a request that is malformed; anything else is thrown on. */
export function malformedToError(thrown: unknown): KvError {
  if (thrown instanceof TooLargeError) return new KvError('KV_TOO_LARGE', thrown.message);
  if (thrown instanceof TypeError) return new KvError('KV_BAD_REQUEST', thrown.message);
  throw thrown;
}

function expectWithinLimits(command: Command): void {
  try {
    checkCommand(command);
  } catch (error) {
    throw malformedToError(error);
  }
}

function isReplyTo<C extends Command>(command: C, reply: Reply): reply is ReplyOf<C['type']> {
  return reply.type === command.type;
}
