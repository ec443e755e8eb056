/** The settings of one server, checked and completed before anything starts. */
import { z } from 'zod';
import {
  type Address,
  addressSchema,
  duplicatesIn,
  hostSchema,
  isLocalHost,
  portSchema,
} from './address.ts';
import {
  type ClientSecurity,
  type ClientTls,
  clientSecuritySettings,
  clientTlsProblemsOf,
  exposureProblem,
  exposureWarning,
} from './client-security.ts';
import { ConfigError } from './config-error.ts';
import {
  type HttpLimits,
  httpLimitsDefault,
  httpLimitsSchema,
  httpLimitsWithin,
} from './http-limits.ts';
import { completeLimits, type Limits, limitsSchema } from './limits.ts';
import {
  credentialSettings,
  type PeerConfig,
  type PeerCredentials,
  type PeerTls,
  peerConfigOf,
  peerProblemsOf,
  peerSettings,
  peerWarningsOf,
  tlsProblemsOf,
  toCredentials,
} from './peer-settings.ts';
import { type Resources, readResources } from './resources.ts';
import { type ScrubLimits, scrubLimitsDefault, scrubLimitsSchema } from './scrub-limits.ts';

export { type Address, addressToText } from './address.ts';
export { ConfigError } from './config-error.ts';
export { type Limits, limitsDefault } from './limits.ts';
export { ampleResources, type Resources } from './resources.ts';

/** The lowest severity that is logged. `silent` logs nothing. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'silent';

const logLevels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug', 'silent'];

/** `json`: one object a line. `text`: for people. `auto`: `text` where standard error is a terminal. */
export type LogFormat = 'auto' | 'json' | 'text';

const logFormats: readonly LogFormat[] = ['auto', 'json', 'text'];

const configSchema = z.strictObject({
  nodeId: z.int().min(0),
  clusterId: z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, _, . or -'),
  addresses: z.array(addressSchema).min(1),
  dataDirectory: z.string().regex(/^[^\0]+$/, 'must be a path'),
  listenHost: hostSchema.optional(),
  listenPort: portSchema.or(z.literal(0)).optional(),
  insecure: z.boolean().default(false),
  ...clientSecuritySettings,
  ...peerSettings,
  limits: limitsSchema.default({}),
  http: httpLimitsSchema.default(httpLimitsDefault),
  scrub: scrubLimitsSchema.default(scrubLimitsDefault),
  featureLevelMax: z.int().min(1).optional(),
  console: z.boolean().default(true),
  trace: z.boolean().default(false),
  logLevel: z.enum(logLevels).default('info'),
  logFormat: z.enum(logFormats).default('auto'),
  slowRequestMs: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1000),
});

const { tls, rootToken } = clientSecuritySettings;
const credentialSchema = z.strictObject({ ...credentialSettings, tls, rootToken });

type Settings = Readonly<z.infer<typeof configSchema>>;

/** All settings of one server, each valid and consistent with the others. */
export interface Config extends ClientSecurity, PeerConfig {
  /** The index of this server in `addresses`, from 0. */
  readonly nodeId: number;
  /** The same on all servers of one cluster. */
  readonly clusterId: string;
  /** Every server of the cluster, by node id. The same on all of them. */
  readonly addresses: readonly Address[];
  /** The directory for all data of this server. No other server may use it. */
  readonly dataDirectory: string;
  /** The host to listen on. Default: that of the server's own address. */
  readonly listenHost: string;
  /** The port to listen on. Default: that of the server's own address. 0 lets the system choose. */
  readonly listenPort: number;
  /** Allows the server to listen beyond loopback, although nothing is encrypted or authenticated. */
  readonly insecure: boolean;
  readonly limits: Limits;
  readonly http: HttpLimits;
  readonly scrub: ScrubLimits;
  /** Keeps the cluster from being raised above this feature level. Default: this server holds nothing back. */
  readonly featureLevelMax?: number | undefined;
  /** What the process may use, which the limits take into account. */
  readonly resources: Resources;
  /** Whether browsers get the console at `/`: the state of the cluster, and its keys. */
  readonly console: boolean;
  /** Whether the server records the inputs of its peer, for `paxkv trace`. */
  readonly trace: boolean;
  readonly logLevel: LogLevel;
  /** The form of the lines of the log. */
  readonly logFormat: LogFormat;
  /** A request that takes so long is logged with where its time went, in milliseconds. 0: none is. Default 1,000. */
  readonly slowRequestMs: number;
  /** Warnings for the operator at start, one line each. */
  readonly warnings: readonly string[];
}

/** What a server may be given anew while it runs. The same settings as at its start, and all of them. */
export interface CredentialSettings {
  /** One secret, or two with white space between them: the first is in use, both are accepted. */
  readonly clusterSecret?: string | undefined;
  readonly peerTls?: PeerTls | undefined;
  readonly tls?: ClientTls | undefined;
  /** It stays the one of the start. */
  readonly rootToken?: string | undefined;
}

export interface Credentials {
  readonly peers: PeerCredentials;
  readonly tls: ClientTls | undefined;
}

/**
 * Checks settings and fills in the defaults, which depend on the resources of this process. Addresses come as text,
 * `host:port` or `[ipv6]:port`.
 *
 * @throws ConfigError
 */
export function parseConfig(input: unknown, resources: Resources = readResources()): Config {
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(toLine));
  const settings = parsed.data;
  const own = settings.addresses[settings.nodeId];
  const problems = problemsOf(settings);
  if (own === undefined || problems.length > 0) throw new ConfigError(problems);
  const { clusterSecret, peerTls, ...others } = settings;
  const { listenHost = own.host, listenPort = own.port } = settings;
  const http = httpLimitsWithin(settings.http, resources, settings.addresses.length);
  return {
    ...others,
    ...peerConfigOf(settings),
    listenHost,
    listenPort,
    limits: completeLimits(settings.limits, resources),
    http,
    resources,
    warnings: warningsOf({ ...settings, http }, listenHost, settings.http),
  };
}

/**
 * Checks the credentials of a server with this configuration.
 *
 * @throws ConfigError
 */
export function parseCredentials(
  { clusterId, nodeId }: Pick<Config, 'clusterId' | 'nodeId'>,
  input: CredentialSettings,
): Credentials {
  const parsed = credentialSchema.safeParse(input);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(toLine));
  const { tls } = parsed.data;
  const problems = [
    ...tlsProblemsOf({ clusterId, nodeId, ...parsed.data }),
    ...clientTlsProblemsOf(tls),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return { peers: toCredentials(parsed.data), tls };
}

function problemsOf(settings: Settings): string[] {
  const { nodeId, addresses, insecure } = settings;
  const problems: string[] = [];
  const own = addresses[nodeId];
  if (own === undefined) {
    problems.push(`nodeId: ${nodeId} is not among the ${addresses.length} addresses`);
  }
  for (const name of duplicatesIn(addresses)) problems.push(`addresses: ${name} is given twice`);
  const host = settings.listenHost ?? own?.host;
  problems.push(...clientTlsProblemsOf(settings.tls));
  if (host !== undefined && !isLocalHost(host) && !insecure) {
    const problem = exposureProblem(host, settings);
    if (problem !== undefined) problems.push(problem);
  }
  if (own !== undefined) problems.push(...peerProblemsOf(settings));
  return problems;
}

function warningsOf(settings: Settings, listenHost: string, wanted: HttpLimits): string[] {
  const warnings: string[] = [];
  const { addresses, http } = settings;
  const { connectionCountMax } = http;
  if (connectionCountMax < wanted.connectionCountMax) {
    warnings.push(
      `few files may be open at once, so http.connectionCountMax is ${connectionCountMax} ` +
        `instead of ${wanted.connectionCountMax}; raise the limit of the process (ulimit -n)`,
    );
  }
  if (addresses.length % 2 === 0) {
    warnings.push(
      `${addresses.length} nodes tolerate no more failures than ${addresses.length - 1}; ` +
        'use an odd number',
    );
  }
  if (!isLocalHost(listenHost)) {
    const warning = exposureWarning(listenHost, settings);
    if (warning !== undefined) warnings.push(warning);
  }
  warnings.push(...peerWarningsOf(settings));
  return warnings;
}

function toLine({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
