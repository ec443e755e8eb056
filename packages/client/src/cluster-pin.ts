/**
 * The cluster that a client uses: that of the first server that names its incarnation. The client sends nothing to a
 * server of another one. A cluster that was made anew at the same addresses is another one.
 * Rule: once servers of two clusters were met, every call fails. Which of them is meant is not known.
 */
import { KvError } from '@paxkv/protocol';
import { ExchangeError } from './environment.ts';

/** The cluster that one client keeps to, once it has met a server of it. */
export class ClusterPin {
  #pinned: { readonly incarnation: string; readonly endpoint: string } | undefined;
  #conflict: KvError | undefined;

  /** The incarnation that every server must have, once one is known. */
  get expected(): string | undefined {
    return this.#pinned?.incarnation;
  }

  /** `KV_WRONG_CLUSTER`, *not done*, once servers of two clusters were met. */
  get conflict(): KvError | undefined {
    return this.#conflict;
  }

  /**
   * The server at `endpoint` names the incarnation of its cluster; `undefined`: it knows none. Returns why nothing may
   * be sent to it, if that is so.
   */
  meet(endpoint: string, incarnation: string | undefined): KvError | ExchangeError | undefined {
    if (this.#conflict !== undefined) {
      return this.#conflict;
    }
    if (incarnation === undefined) {
      const what = `${endpoint} does not know yet to which cluster it belongs`;
      return this.#pinned && new ExchangeError('no', what);
    }
    this.#pinned ??= { incarnation, endpoint };
    if (incarnation === this.#pinned.incarnation) {
      return undefined;
    }
    const { endpoint: first, incarnation: known } = this.#pinned;
    this.#conflict = new KvError(
      'KV_WRONG_CLUSTER',
      `${endpoint} belongs to another cluster (incarnation ${incarnation}) than ${first} did when this client ` +
        `asked it first (${known}): the endpoints are those of two clusters, or the cluster was made anew. Check ` +
        'the endpoints, and make a new client.',
    );
    return this.#conflict;
  }
}
