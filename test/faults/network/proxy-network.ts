/** The network between the nodes of a cluster: one proxy per directed link, and the faults of the links. */
import type { LinkFault } from './link-fault.ts';
import { LinkProxy } from './link-proxy.ts';
import { allLinks, type Link } from './shapes.ts';

export class ProxyNetwork {
  readonly #proxies: ReadonlyMap<string, LinkProxy>;

  private constructor(proxies: ReadonlyMap<string, LinkProxy>) {
    this.#proxies = proxies;
  }

  static async open(nodeCount: number): Promise<ProxyNetwork> {
    const links = allLinks(nodeCount);
    const proxies = await Promise.all(
      links.map(
        async (link): Promise<[string, LinkProxy]> => [nameOf(link), await LinkProxy.open()],
      ),
    );
    return new ProxyNetwork(new Map(proxies));
  }

  /**
   * The addresses to configure at `node`: its own, and the proxies of the others. `addresses` are the
   * addresses on which the nodes listen.
   */
  addressesFor(node: number, addresses: readonly string[]): string[] {
    return addresses.map((address, to) => {
      if (to === node) return address;
      const proxy = this.#proxyOf({ from: node, to });
      proxy.target = address;
      return proxy.address;
    });
  }

  impose(fault: LinkFault, links: readonly Link[]): void {
    for (const link of links) this.#proxyOf(link).fault = fault;
  }

  /** Clears the faults of all links. */
  heal(): void {
    for (const proxy of this.#proxies.values()) proxy.fault = { type: 'pass' };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.close()));
  }

  #proxyOf(link: Link): LinkProxy {
    const proxy = this.#proxies.get(nameOf(link));
    if (proxy === undefined) throw new Error(`there is no link ${nameOf(link)}`);
    return proxy;
  }
}

function nameOf({ from, to }: Link): string {
  return `${from}>${to}`;
}
