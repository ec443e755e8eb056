/** Paths of the HTTP interface. Bodies are JSON; see docs/http-api.md. */
import { allCommands, type CommandType } from './commands/table.ts';

/** The path of each command, which takes a JSON body by POST. Keys and values are in base64. */
const commandPaths = Object.fromEntries(
  allCommands.map(({ type, path }) => [type, path]),
) as Record<CommandType, string>;

const otherPaths = {
  /** The people-friendly form: the key is the rest of the path, as percent-encoded UTF-8. */
  kv: '/v1/kv/',
  /** The changes of a range as server-sent events. */
  watch: '/v1/watch',
  status: '/status',
  live: '/livez',
  ready: '/readyz',
  /** The bytes of a backup; see docs/backup-format.md. */
  backup: '/backup',
  /** For Prometheus. */
  metrics: '/metrics',
  /** The description of this interface, for programs and for people. */
  openapi: '/openapi.json',
  docs: '/docs',
  /** A WebSocket that carries many requests at once; see docs/stream.md. */
  stream: '/v1/stream',
} as const;

/**
 * The header with the cluster incarnation: in every reply of a server that knows it, and in the requests of clients
 * that expect one.
 */
export const incarnationHeader = 'paxkv-incarnation';

/** Every path of the HTTP interface. Those of commands are listed by type. */
export const paths = Object.assign({}, commandPaths, otherPaths);
