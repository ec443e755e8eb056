/** Asks for the keys that begin with a prefix, one page at a time. Each page shows the present. */
import { fromBase64, toBase64, toHex, toText } from './base64.ts';
import { type Failure, type Fetch, post, toFailure } from './key-requests.ts';

const pageLimit = 50;
/** A key has at most 1 KiB. */
const hexBytesMax = 32;

/** A key as the page can show it. */
export interface ListedKey {
  /** The text; `undefined` if the bytes are not UTF-8. */
  readonly text: string | undefined;
  /** The first bytes, in hexadecimal. */
  readonly hex: string;
}

export interface KeyPage {
  readonly type: 'page';
  readonly keys: readonly ListedKey[];
  /** Where the next page begins; `undefined` at the end. */
  readonly next: string | undefined;
}

/** Keys in the order of their bytes, from `next` of the page before on. Never rejects. */
export async function fetchKeys(
  fetch: Fetch,
  prefix: string,
  next?: string,
): Promise<KeyPage | Failure> {
  const from = next === undefined ? {} : { from: next };
  const body = { prefix: toBase64(prefix), limit: pageLimit, keysOnly: true, ...from };
  try {
    const response = await post(fetch, 'v1/scan', body);
    const reply = await response.json();
    return response.ok ? toPage(reply) : toFailure(reply.error, 'not done');
  } catch (error) {
    return toFailure(
      { message: error instanceof Error ? error.message : String(error) },
      'not done',
    );
  }
}

interface Reply {
  readonly entries: readonly { readonly key: string }[];
  readonly next: string | null;
}

function toPage({ entries, next }: Reply): KeyPage {
  const keys = entries.map(({ key }) => {
    const bytes = fromBase64(key);
    return { text: toText(bytes), hex: toHex(bytes, hexBytesMax) };
  });
  return { type: 'page', keys, next: next ?? undefined };
}
