/** The servers of a client. One of them is preferred until it fails; then the next one is. */

export class Endpoints {
  readonly #all: readonly string[];
  #preferred: number;

  /** `start`, from 0 to below 1, picks the first server, so that clients spread over the servers. */
  constructor(all: readonly string[], start: number) {
    this.#all = all;
    this.#preferred = Math.floor(start * all.length);
  }

  get all(): readonly string[] {
    return this.#all;
  }

  /** The first server from the preferred one on that is not in `tried`; the preferred one if all are. */
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

  /** A request to `endpoint` failed: later requests begin at the next one. */
  avoid(endpoint: string): void {
    // When a server dies many requests fail together. Only the first failure moves the preference.
    if (this.#all[this.#preferred] === endpoint) {
      this.#preferred = (this.#preferred + 1) % this.#all.length;
    }
  }

  #at(index: number): string {
    const endpoint = this.#all[index % this.#all.length];
    if (endpoint === undefined) {
      throw new TypeError('there is no endpoint to ask');
    }
    return endpoint;
  }
}

const example = '127.0.0.1:4401';

/** The given addresses as URL origins, without duplicates. @throws TypeError if one is no address. */
export function toEndpoints(given: unknown): readonly string[] {
  if (given === undefined) {
    throw new TypeError(
      `endpoints is missing: name the servers, such as { endpoints: ['${example}'] }`,
    );
  }
  if (typeof given !== 'string' && !Array.isArray(given)) {
    throw new TypeError(`endpoints must be a string or an array of strings, not ${nameOf(given)}`);
  }
  const all = new Set([given].flat().map(toEndpoint));
  if (all.size === 0) {
    throw new TypeError('endpoints is empty: name at least one server');
  }
  return [...all];
}

/** `127.0.0.1:4401` as `http://127.0.0.1:4401`. @throws TypeError if it is no server's address. */
export function toEndpoint(given: unknown): string {
  if (typeof given !== 'string') {
    throw new TypeError(`an endpoint must be a string such as '${example}', not ${nameOf(given)}`);
  }
  const text = given.includes('://') ? given : `http://${given}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError(`"${given}" is no server address: write it as http://${example}`);
  }
  if (url.href !== `${url.origin}/`) {
    throw new TypeError(`"${given}" has more than scheme, host and port: write http://${example}`);
  }
  return url.origin;
}

function nameOf(given: unknown): string {
  return given === null ? 'null' : typeof given;
}
