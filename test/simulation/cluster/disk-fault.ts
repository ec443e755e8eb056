/** The error of a simulated disk, so that an injected failure can be told from a defect. */

export class DiskFault extends Error {
  override readonly name = 'DiskFault';
  /** The disk fault that caused this error, if one did. */
  static behind(error: unknown): DiskFault | undefined {
    if (error instanceof DiskFault) return error;
    return error instanceof Error && error.cause !== undefined
      ? DiskFault.behind(error.cause)
      : undefined;
  }
}
