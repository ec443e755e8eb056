/**
 * Recognizes errors of the system that say that something is used up: space on the disk, file descriptors, memory,
 * threads. The call was refused, so nothing is damaged, and the same call may succeed later.
 */

const codes = ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'];
/** How LevelDB reports the same, without a code. */
const text =
  /No space left on device|Disk quota exceeded|Too many open files|Cannot allocate memory|Resource temporarily unavailable/;
/** The lock of another process is refused with EAGAIN as well, and stays for as long as that process runs. */
const lockCodes = ['DISK_IN_USE', 'LEVEL_LOCKED'];

/** Whether the error, or one that caused it, is a shortage. */
export function isShortage(error: unknown): boolean {
  const causes = causesOf(error);
  if (causes.some((cause) => lockCodes.includes(codeOf(cause)))) return false;
  return causes.some((cause) => codes.includes(codeOf(cause)) || text.test(cause.message));
}

/** The error and its chain of causes. */
export function causesOf(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  return [error, ...causesOf(error.cause)];
}

/** Empty for an error without a code. */
export function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
