/**
 * Tells which members of an object nobody has read. Validators of open schemas accept members that they do not know,
 * and read only those that they do.
 */
export class ReadMembers {
  /** The object, which notes what is read. */
  readonly value: unknown;
  readonly #unread = new Set<string>();

  constructor(object: object) {
    this.value = this.#watch(object, '');
  }

  /** The paths of members that nobody has read, without those within them. */
  get unread(): string[] {
    const paths = [...this.#unread];
    return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}.`)));
  }

  #watch(value: unknown, path: string): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const inner = new Map<PropertyKey, unknown>();
    for (const [name, member] of Object.entries(value)) {
      const place = path === '' ? name : `${path}.${name}`;
      this.#unread.add(place);
      inner.set(name, this.#watch(member, place));
    }
    return new Proxy(value, {
      get: (target, name, receiver) => {
        this.#unread.delete(path === '' ? String(name) : `${path}.${String(name)}`);
        return inner.has(name) ? inner.get(name) : Reflect.get(target, name, receiver);
      },
    });
  }
}
