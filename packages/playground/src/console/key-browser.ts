/** The keys that begin with a prefix, as far as the visitor has asked for them. */
import { fetchKeys, type ListedKey } from './key-pages.ts';
import type { Failure, Fetch } from './key-requests.ts';

/** What was found of a prefix so far. */
export interface KeyListing {
  readonly prefix: string;
  readonly keys: readonly ListedKey[];
  /** Where the next page begins; `undefined` if there is none. */
  readonly next: string | undefined;
  /** Whether a page is on its way. */
  readonly isPending: boolean;
  /** Why the latest page did not come. */
  readonly failure: Failure | undefined;
}

export class KeyBrowser {
  readonly #fetch: Fetch;
  readonly #onChange: () => void;
  #listing: KeyListing | undefined;

  constructor(fetch: Fetch, onChange: () => void) {
    this.#fetch = fetch;
    this.#onChange = onChange;
  }

  get listing(): KeyListing | undefined {
    return this.#listing;
  }

  /** Asks for the first page. It is ignored while another page is on its way, as `more` is. */
  async list(prefix: string): Promise<void> {
    if (this.#listing?.isPending) return;
    await this.#ask({ prefix, keys: [], next: undefined, isPending: true, failure: undefined });
  }

  /** Asks for the next page, if there is one. */
  async more(): Promise<void> {
    const listing = this.#listing;
    if (listing?.next === undefined || listing.isPending) return;
    await this.#ask({ ...listing, isPending: true, failure: undefined });
  }

  async #ask(listing: KeyListing): Promise<void> {
    this.#show(listing);
    const { prefix, keys, next } = listing;
    const page = await fetchKeys(this.#fetch, prefix, next);
    this.#show(
      page.type === 'page'
        ? { ...listing, keys: [...keys, ...page.keys], next: page.next, isPending: false }
        : { ...listing, isPending: false, failure: page },
    );
  }

  #show(listing: KeyListing): void {
    this.#listing = listing;
    this.#onChange();
  }
}
