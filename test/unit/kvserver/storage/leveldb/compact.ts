/** Merges the tables of an open database, as LevelDB does by itself in its own time. */

/** The method is that of LevelDB on Node alone, so the types of `level` lack it. @throws Error elsewhere */
export async function compact<Key>(level: object, from: Key, to: Key): Promise<void> {
  const method: unknown = Reflect.get(level, 'compactRange');
  if (typeof method !== 'function') throw new Error('the database cannot be compacted');
  await Reflect.apply(method, level, [from, to]);
}
