/** By which numbers a client and a server know the requests of one stream: what fits into 32 bits, again and again. */

const idCount = 2 ** 32 - 1;

/** Of no request, but of what only asks for a sign of life. */
export const signId = idCount;

/** `place`: how many requests came before it on this stream. */
export function idOf(place: number): number {
  return place % idCount;
}

/**
 * The place, from `first` on, of the request with this id; far fewer are under way than there are ids.
 * Below zero if no request can have it.
 */
export function placeOf(id: unknown, first: number): number {
  if (typeof id !== 'number' || !(id >= 0 && id < idCount)) {
    return -1;
  }
  const ahead = id - idOf(first);
  return first + (ahead < 0 ? ahead + idCount : ahead);
}
