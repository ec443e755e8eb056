/** The settings of one server, checked and completed before anything starts. */
import { z } from 'zod';
import {
  type HttpLimits,
  httpLimitsDefault,
  httpLimitsSchema,
  positiveCount,
} from './http-limits.ts';
import { isLoopback } from './loopback.ts';

const mebibyte = 1024 * 1024;

/** How much work a server accepts. Each limit is a whole number from 1 to 2³¹ − 1, unless it says otherwise. */
export interface Limits {
  /** From the arrival of a request to its reply, in milliseconds; after that its outcome is unknown. Default 5,000. */
  readonly requestTimeoutMs: number;
  /** Pending requests; more are refused. Default 10,000. */
  readonly pendingRequestCountMax: number;
  /** Bytes of the keys and values of those requests. Default 64 MiB. */
  readonly pendingBytesMax: number;
  /** Requests in one value of the log. Default 1,024. */
  readonly batchRequestCountMax: number;
  /** Bytes of one value of the log; a single request may be larger. Default 1 MiB. */
  readonly batchBytesMax: number;
  /** Instances for which this server proposes at the same time. Default 4. */
  readonly inFlightInstanceCountMax: number;
  /**
   * Bytes of decided values that this server keeps in memory for others that are away, and how many values.
   * What a quorum has not stored yet is kept beyond that. Default 128 MiB and 8,192.
   */
  readonly logBytesMax: number;
  readonly logInstanceCountMax: number;
  /** Bytes on disk of decided values that left memory before every server had them, to 2⁵⁰. Default 1 GiB. */
  readonly logWindowBytesMax: number;
  /** How long those values are kept, in milliseconds. Default one hour. */
  readonly logWindowMsMax: number;
}

const limitsSchema: z.ZodType<Limits> = z.strictObject({
  requestTimeoutMs: positiveCount(5000),
  pendingRequestCountMax: positiveCount(10_000),
  pendingBytesMax: positiveCount(64 * mebibyte),
  batchRequestCountMax: positiveCount(1024),
  batchBytesMax: positiveCount(mebibyte),
  inFlightInstanceCountMax: positiveCount(4),
  logBytesMax: positiveCount(128 * mebibyte),
  logInstanceCountMax: positiveCount(8192),
  logWindowBytesMax: z
    .int()
    .min(1)
    .max(2 ** 50)
    .default(1024 * mebibyte),
  logWindowMsMax: positiveCount(3_600_000),
});

export const limitsDefault: Limits = limitsSchema.parse({});

/** The lowest severity that is logged. `silent` logs nothing. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'silent';

const logLevels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug', 'silent'];

const port = z.int().min(1).max(65_535);

const addressSchema = z.string().transform((text, context): Address => {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const parsedPort = port.safeParse(Number(match?.[3]));
  if (host !== undefined && parsedPort.success) return { host, port: parsedPort.data };
  context.addIssue(`${JSON.stringify(text)} is not host:port with a port from 1 to 65535`);
  return z.NEVER;
});

const configSchema = z.strictObject({
  nodeId: z.int().min(0),
  clusterId: z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, _, . or -'),
  addresses: z.array(addressSchema).min(1),
  dataDirectory: z.string().regex(/^[^\0]+$/, 'must be a path'),
  listenHost: z
    .string()
    .regex(/^[\w.:%-]+$/, 'must be a host name or an address without brackets')
    .optional(),
  listenPort: port.or(z.literal(0)).optional(),
  insecure: z.boolean().default(false),
  limits: limitsSchema.default(limitsDefault),
  http: httpLimitsSchema.default(httpLimitsDefault),
  logLevel: z.enum(logLevels).default('info'),
});

/** The address of a server. An IPv6 host has no brackets. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, the form in which settings give addresses: an IPv6 host is in brackets. */
export function addressToText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

type Settings = Readonly<z.infer<typeof configSchema>>;

/** All settings of one server, each valid and consistent with the others. */
export interface Config {
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
  readonly logLevel: LogLevel;
  /** Warnings for the operator at start, one line each. */
  readonly warnings: readonly string[];
}

/** Lists everything that is wrong with the settings, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/**
 * Checks settings and fills in the defaults. Addresses come as text, `host:port` or `[ipv6]:port`.
 *
 * @throws ConfigError
 */
export function parseConfig(input: unknown): Config {
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(toLine));
  const settings = parsed.data;
  const own = settings.addresses[settings.nodeId];
  const problems = problemsOf(settings);
  if (own === undefined || problems.length > 0) throw new ConfigError(problems);
  const { listenHost = own.host, listenPort = own.port } = settings;
  return { ...settings, listenHost, listenPort, warnings: warningsOf(settings, listenHost) };
}

function problemsOf(settings: Settings): string[] {
  const { nodeId, addresses, insecure } = settings;
  const problems: string[] = [];
  const own = addresses[nodeId];
  if (own === undefined) {
    problems.push(`nodeId: ${nodeId} is not among the ${addresses.length} addresses`);
  }
  const names = addresses.map(({ host, port }) => `${host.toLowerCase()}:${port}`);
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) < index))) {
    problems.push(`addresses: ${name} is given twice`);
  }
  const host = settings.listenHost ?? own?.host;
  if (host !== undefined && !isLocalHost(host) && !insecure) {
    problems.push(
      `listenHost: ${host} is reachable from other machines, and nothing is encrypted or ` +
        'authenticated; set insecure to allow it',
    );
  }
  return problems;
}

function warningsOf({ addresses }: Settings, listenHost: string): string[] {
  const warnings: string[] = [];
  if (addresses.length % 2 === 0) {
    warnings.push(
      `${addresses.length} nodes tolerate no more failures than ${addresses.length - 1}; ` +
        'use an odd number',
    );
  }
  if (!isLocalHost(listenHost)) {
    warnings.push(`insecure: every client that reaches ${listenHost} can read and write all data`);
  }
  return warnings;
}

function isLocalHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isLoopback(host);
}

function toLine({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
