/** Limits of one request. Clients check them before they send, and servers check them again. */

/** Bytes of a key; at least 1. */
export const keyBytesMax = 1024;
/** Bytes of a value, including the result of an append. */
export const valueBytesMax = 1024 * 1024;
/** Characters (UTF-16 code units) in the name of a client; at least 1. */
export const clientNameLengthMax = 64;
/** Request numbers of one session that may be outstanding at the same time. */
export const sessionWindowMax = 1024;
