/** The door of the server: settings in, a running node out. */
export {
  type Address,
  type Config,
  ConfigError,
  type Limits,
  type LogLevel,
  parseConfig,
} from './config.ts';
export { DiskError, type DiskErrorCode } from './disk/index.ts';
export { KvServer, type KvServerOptions } from './kv-server.ts';
export { createLogger } from './node/logger.ts';
export type { ReplicaStatus, Submitter } from './replica/index.ts';
