/** Paths of the HTTP interface. Bodies are JSON; see docs/http-api.md. */
import { allCommands, type CommandType } from './commands/table.ts';

/** POST of a JSON body, by command: keys and values of any bytes in base64. */
const commandPaths = Object.fromEntries(
  allCommands.map(({ type, path }) => [type, path]),
) as Record<CommandType, string>;

const otherPaths = {
  /** People-friendly form: the key is the rest of the path, percent-encoded UTF-8. */
  kv: '/v1/kv/',
  status: '/status',
  live: '/livez',
  ready: '/readyz',
  /** A WebSocket that carries many requests at once; see docs/stream.md. */
  stream: '/v1/stream',
} as const;

/** Every path of the HTTP interface: those of commands by type, and the others. */
export const paths = Object.assign({}, commandPaths, otherPaths);
