/** Which server is asked next: the same one as long as it answers, then the one after it. */

export class Endpoints {
  readonly #all: readonly string[];
  #preferred: number;

  /** `start` from 0 up to, not including, 1 picks the first to be asked, so that clients spread. */
  constructor(all: readonly string[], start: number) {
    this.#all = all;
    this.#preferred = Math.floor(start * all.length);
  }

  get all(): readonly string[] {
    return this.#all;
  }

  /** The first of those not `tried`, counted from the preferred one on; that one if all were. */
  next(tried: readonly string[]): string {
    const { length } = this.#all;
    for (let step = 0; step < length; step += 1) {
      const endpoint = this.#at(this.#preferred + step);
      if (!tried.includes(endpoint)) {
        return endpoint;
      }
    }
    return this.#at(this.#preferred);
  }

  /** `endpoint` did not serve: later requests begin at the next one. */
  avoid(endpoint: string): void {
    // Many requests fail together when a server dies; only the first of them may move the mark.
    if (this.#all[this.#preferred] === endpoint) {
      this.#preferred = (this.#preferred + 1) % this.#all.length;
    }
  }

  #at(index: number): string {
    const endpoint = this.#all[index % this.#all.length];
    if (endpoint === undefined) {
      throw new TypeError('there is no server to ask');
    }
    return endpoint;
  }
}

/** The given servers as URL origins, each once. @throws TypeError where one is no server's address. */
export function toEndpoints(given: string | readonly string[]): readonly string[] {
  const all = new Set((typeof given === 'string' ? [given] : given).map(toEndpoint));
  if (all.size === 0) {
    throw new TypeError('endpoints is empty: name at least one server');
  }
  return [...all];
}

/** `127.0.0.1:4401` as `http://127.0.0.1:4401`. @throws TypeError if it is no server's address. */
export function toEndpoint(given: string): string {
  const text = given.includes('://') ? given : `http://${given}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError(`not a server's address: "${given}"; write it as http://127.0.0.1:4401`);
  }
  if (url.href !== `${url.origin}/`) {
    throw new TypeError(`"${given}" says more than scheme, host and port`);
  }
  return url.origin;
}
