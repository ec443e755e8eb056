/** Entry point of the server: `KvServer`, its settings and its errors. */
export { BackupError, type BackupErrorCode } from './backup/backup-error.ts';
export type { BackupHeader, BackupTotals } from './backup/backup-format.ts';
export { type BackupListener, readBackup, type VerifiedBackup } from './backup/backup-reader.ts';
export { type RestoredBackup, type RestoreOptions, restoreBackup } from './backup/restore.ts';
export type { Member } from './backup/restored-member.ts';
export type { BackupOptions } from './backup-stream.ts';
export type { Client, ReplyRoom } from './budget/client.ts';
export type { ClientTls } from './config/client-security.ts';
export type { Secrets } from './config/cluster-secret.ts';
export type { HttpLimits } from './config/http-limits.ts';
export { memberName } from './config/member-name.ts';
export {
  type PeerConfig,
  type PeerCredentials,
  type PeerTls,
  peerPortOffset,
} from './config/peer-settings.ts';
export type { ScrubLimits } from './config/scrub-limits.ts';
export {
  type Address,
  type Config,
  ConfigError,
  type CredentialSettings,
  type Limits,
  type LogFormat,
  type LogLevel,
  parseConfig,
  type Resources,
} from './config/settings.ts';
export type { CatchUpProgress } from './replica/catch-up/catch-up-progress.ts';
export type { ReplicaStatus, Submitter } from './replica/index.ts';
export type { ReplicaScrubStatus } from './replica/replica-options.ts';
export type {
  RequestEnd,
  RequestOrigin,
  RequestTiming,
  StepMark,
  Transport,
} from './replica/request-timing.ts';
export type { SubmitOptions } from './replica/submitter.ts';
export { KvServer, type KvServerOptions } from './server.ts';
export type { ReadyOptions } from './service/readiness.ts';
export { StateError, type StateErrorCode } from './state-machine/state-error.ts';
export { DiskError, type DiskErrorCode } from './storage/index.ts';
export type { StateRow } from './storage/state/row-audit.ts';
export { createLogger, type LogSettings } from './system/logger.ts';
