/**
 * What the processes of servers tell the allocator of glibc, which reads it before a program begins. By itself it keeps
 * most of the memory that large values had, once it has freed the first of them: docs/operations.md has the figures.
 * Other allocators ignore it.
 */
export const allocatorEnvironment = {
  /** Blocks of at least so many bytes go back to the system when they are freed. */
  MALLOC_MMAP_THRESHOLD_: String(256 * 1024),
} as const;
