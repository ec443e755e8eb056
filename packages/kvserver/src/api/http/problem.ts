/**
 * Errors as problem details (RFC 9457), beside the code and outcome of this interface. A problem type is a code, and
 * its URI names the entry of that code on the page of the interface, which every server has.
 */
import { type ErrorReply, type KvError, paths } from '@paxkv/protocol';

/** Problem details. `detail` is the message of the error. */
export interface Problem {
  readonly type: string;
  /** The same for all errors of a type. */
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Names the request. Absent for bytes that are no request. */
  readonly instance?: string;
}

/** Both forms of an error in one body. */
export function toProblem({ error }: ErrorReply, status: number): ErrorReply & Problem {
  const { requestId } = error;
  return {
    error,
    type: `${paths.docs}#${error.code}`,
    title: titleOf(error.code),
    status,
    detail: error.message,
    ...(requestId !== undefined && { instance: `urn:paxkv:${requestId}` }),
  };
}

/** `KV_NO_SUCH_KEY` is *No such key*. */
export function titleOf(code: KvError['code']): string {
  const words = code.replace(/^KV_/, '').replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The type of an error reply: that of problems, unless the client names other types only. */
export function problemType(accept: string | undefined): string {
  const takesProblems =
    accept === undefined || /problem\+json|\*\/\*|application\/\*/i.test(accept);
  return takesProblems ? 'application/problem+json' : 'application/json; charset=utf-8';
}
