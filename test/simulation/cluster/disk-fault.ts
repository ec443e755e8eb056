/** What simulated disks say when they fail, so that the failure is known for what it is. */

export class DiskFault extends Error {
  override readonly name = 'DiskFault';
  /** The fault of a disk that made somebody else fail, if it was one. */
  static behind(error: unknown): DiskFault | undefined {
    if (error instanceof DiskFault) return error;
    return error instanceof Error && error.cause !== undefined
      ? DiskFault.behind(error.cause)
      : undefined;
  }
}
