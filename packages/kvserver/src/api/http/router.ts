/** Router: finds the endpoint of a request by looking up its path, which has exactly one spelling. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { allowOnly } from './error-reply.ts';

/** Replies to a request. If it throws or rejects, the error becomes the reply. */
export type Endpoint = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** The endpoints of a path, by method. A path that takes GET also takes HEAD. */
export type Methods = Readonly<Record<string, Endpoint>>;

interface Route {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly otherwise: Endpoint;
}

export class Router {
  readonly #exact = new Map<string, Route>();
  readonly #below: { readonly prefix: string; readonly route: Route }[] = [];

  add(path: string, methods: Methods): void {
    this.#exact.set(path, toRoute(methods));
  }

  /** Adds a route for every path that begins with `prefix`. */
  addBelow(prefix: string, methods: Methods): void {
    this.#below.push({ prefix, route: toRoute(methods) });
  }

  /** The paths of all routes, and the prefixes of those for more than one path. */
  get paths(): string[] {
    return [...this.#exact.keys(), ...this.#below.map(({ prefix }) => prefix)];
  }

  /** `undefined` for an unknown path. */
  find({ method = '', url = '' }: IncomingMessage): Endpoint | undefined {
    const route = this.#exact.get(url) ?? this.#routeBelow(url) ?? this.#exact.get(pathOf(url));
    return route === undefined ? undefined : (route.endpoints.get(method) ?? route.otherwise);
  }

  #routeBelow(url: string): Route | undefined {
    for (const { prefix, route } of this.#below) if (url.startsWith(prefix)) return route;
    return undefined;
  }
}

function toRoute(methods: Methods): Route {
  const { GET: get } = methods;
  const all = get === undefined ? methods : { GET: get, HEAD: get, ...methods };
  const names = Object.keys(all).join(', ');
  return { endpoints: new Map(Object.entries(all)), otherwise: allowOnly(names) };
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}
