/** The options of a state machine. */
import type { Version } from './features.ts';
import type { SessionLimits } from './sessions/sessions.ts';
import type { Values } from './values.ts';

export interface MachineOptions {
  /** Default: `thisVersion`. Tests run as another one. */
  readonly version?: Version | undefined;
  /** Reads the values of the log. Default: one of its own, which decodes each when it is applied. */
  readonly values?: Values | undefined;
  /** About how many bytes of entries it may keep in memory beside changed ones. */
  readonly cachedBytesMax?: number | undefined;
  /** About how many bytes of the latest changes it keeps in memory, and over restarts on disk. Default 32 MiB. */
  readonly recentChangesBytesMax?: number | undefined;
  /** The same at all replicas. Default: `sessionLimits`. */
  readonly sessionLimits?: SessionLimits | undefined;
}
