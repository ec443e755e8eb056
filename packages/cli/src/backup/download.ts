/** Reads a backup from one server, as the bytes come. */
import { errorReplySchema, paths } from '@paxkv/protocol';
import { messageOf } from '../cli-error.ts';
import type { CommandCredentials } from '../credentials.ts';
import { httpGet } from '../http-get.ts';

/** The server gives no backup, or has stopped giving one. Another server may. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
}

export interface DownloadOptions {
  readonly endpoint: string;
  readonly credentials?: CommandCredentials;
  /** Whether the server's own state is enough, without asking a majority how far it must be. */
  readonly isSerializable: boolean;
  /** How long nothing may come, in milliseconds. */
  readonly idleMs: number;
}

/** @throws DownloadError */
export async function* download(options: DownloadOptions): AsyncGenerator<Uint8Array> {
  const { idleMs } = options;
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expectMore = () => {
    timer = setTimeout(() => silence.abort(new Error(`nothing came for ${idleMs} ms`)), idleMs);
  };
  try {
    expectMore();
    const { body } = await ask(options, silence.signal);
    for await (const piece of body ?? []) {
      // The time in which the piece is written does not count.
      clearTimeout(timer);
      yield piece;
      expectMore();
    }
  } catch (cause) {
    if (cause instanceof DownloadError) throw cause;
    const reason = silence.signal.aborted ? messageOf(silence.signal.reason) : reasonOf(cause);
    throw new DownloadError(reason, { cause });
  } finally {
    clearTimeout(timer);
  }
}

async function ask(
  { endpoint, isSerializable, credentials = {} }: DownloadOptions,
  signal: AbortSignal,
): Promise<Response> {
  const path = isSerializable ? `${paths.backup}?serializable` : paths.backup;
  const response = await httpGet(new URL(path, endpoint), credentials, signal);
  if (response.ok) return response;
  throw new DownloadError(await refusalIn(response));
}

async function refusalIn(response: Response): Promise<string> {
  const { status } = response;
  if (status === 404) return 'its version offers no backups';
  const body: unknown = await response.json().catch(() => undefined);
  const refusal = errorReplySchema.safeParse(body);
  return refusal.success
    ? `${refusal.data.error.message} (${refusal.data.error.code})`
    : `it answers with status ${status}`;
}

/** What `fetch` throws has its reason in `cause`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return messageOf(cause);
}
