/** Limits of one request. A client refuses what is over them before it sends; a server refuses it again. */

/** Bytes of a key; at least 1. */
export const keyBytesMax = 1024;
/** Bytes of a value, after an append as well. */
export const valueBytesMax = 1024 * 1024;
/** Characters (UTF-16 code units) of the name that a client gives its session; at least 1. */
export const clientNameLengthMax = 64;
/** Request numbers of one session that may be outstanding at once. */
export const sessionWindowMax = 1024;
