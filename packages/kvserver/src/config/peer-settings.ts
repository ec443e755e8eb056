/** The settings of connections between servers: where they listen, and what they prove themselves with. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import {
  type Address,
  addressSchema,
  addressToText,
  duplicatesIn,
  hostSchema,
  isLocalHost,
} from './address.ts';
import { parseSecrets, type Secrets, secretProblem } from './cluster-secret.ts';
import { memberName, membersIn } from './member-name.ts';

/** The port for peers is this far above the one for clients, if settings do not say otherwise. */
export const peerPortOffset = 1000;
const portMax = 65_535;

/** Each in PEM. */
export interface PeerTls {
  /** The private key of this server. */
  readonly key: string;
  /** Its certificate, and those between it and the authority. */
  readonly cert: string;
  /** The authority that signs the certificates of all servers of the cluster. */
  readonly ca: string;
}

/** What a server proves itself with to other servers. */
export interface PeerCredentials {
  /** Absent: none, which only an insecure server may do without. */
  readonly secrets?: Secrets | undefined;
  /** Absent: connections between servers are not encrypted. */
  readonly tls?: PeerTls | undefined;
}

const pem = z.string().regex(/-----BEGIN /, 'must be in PEM');

export const credentialSettings = {
  clusterSecret: z
    .string()
    .superRefine((text, context) => {
      const problem = secretProblem(text);
      if (problem !== undefined) context.addIssue(problem);
    })
    .optional(),
  peerTls: z.strictObject({ key: pem, cert: pem, ca: pem }).optional(),
};

export const peerSettings = {
  ...credentialSettings,
  peerAddresses: z.array(addressSchema).optional(),
  peerListenHost: hostSchema.optional(),
  unprovenPeers: z.boolean().default(false),
};

const peerSchema = z.object(peerSettings);

/** The settings that those of peers depend on, and these themselves. */
export interface PeerInput extends Readonly<z.infer<typeof peerSchema>> {
  readonly nodeId: number;
  readonly clusterId: string;
  readonly addresses: readonly Address[];
  readonly listenHost?: string | undefined;
  readonly insecure: boolean;
}

/** The settings of connections between servers, checked and complete. */
export interface PeerConfig {
  /** `host:port` at which every server listens for peers, by node id. The same on all of them. */
  readonly peerAddresses: readonly string[];
  /** Where this server listens for peers, if it is not the only one of its cluster. */
  readonly peerListenHost: string;
  readonly peerListenPort: number;
  readonly peerCredentials: PeerCredentials;
  /**
   * Whether servers of earlier versions count, which prove nothing. Only for the upgrade from such a version, and
   * only until the feature level rises.
   */
  readonly unprovenPeers: boolean;
}

export function peerConfigOf(input: PeerInput): PeerConfig {
  const peerAddresses = addressesOf(input);
  const { host, port } = peerAddresses[input.nodeId] ?? { host: '', port: 0 };
  return {
    peerAddresses: peerAddresses.map(addressToText),
    peerListenHost: hostOf(input, host),
    peerListenPort: port,
    peerCredentials: toCredentials(input),
    unprovenPeers: input.unprovenPeers,
  };
}

/** Checked settings as credentials. */
export function toCredentials({
  clusterSecret,
  peerTls,
}: Pick<PeerInput, 'clusterSecret' | 'peerTls'>): PeerCredentials {
  return {
    ...(clusterSecret === undefined ? {} : { secrets: parseSecrets(clusterSecret) }),
    ...(peerTls === undefined ? {} : { tls: peerTls }),
  };
}

/** What is wrong with the settings of peers, one line each. */
export function peerProblemsOf(input: PeerInput): string[] {
  const { addresses, peerAddresses, nodeId, insecure } = input;
  if (addresses.length === 1) return [];
  const problems: string[] = [];
  if (peerAddresses !== undefined && peerAddresses.length !== addresses.length) {
    problems.push(
      `peerAddresses: there are ${peerAddresses.length} for ${addresses.length} servers`,
    );
  }
  const peers = addressesOf(input);
  const high = peers.find(({ port }) => port > portMax);
  if (high !== undefined) {
    problems.push(
      `addresses: above port ${high.port - peerPortOffset} there is none for peers, ` +
        `${peerPortOffset} higher; set peerAddresses`,
    );
  }
  // Where addresses are wrong, so are those that follow from them.
  const duplicates =
    duplicatesIn(addresses).length > 0 ? [] : duplicatesIn([...addresses, ...peers]);
  problems.push(...duplicates.map((name) => `peerAddresses: ${name} is given twice`));
  problems.push(...tlsProblemsOf(input));
  if (insecure) return problems;
  if (input.clusterSecret === undefined) {
    problems.push(
      'clusterSecret: servers prove themselves to each other with a secret of the cluster; set it, or insecure',
    );
  }
  const own = peers[nodeId];
  const host = own && hostOf(input, own.host);
  if (host !== undefined && !isLocalHost(host) && input.peerTls === undefined) {
    problems.push(
      `peerListenHost: ${host} is reachable from other machines, and connections between servers are not ` +
        'encrypted; set peerTls, or insecure to allow it',
    );
  }
  return problems;
}

/** What is wrong with the key and the certificates of server `nodeId`, one line each; none if there are none. */
export function tlsProblemsOf({
  clusterId,
  nodeId,
  peerTls,
}: Pick<PeerInput, 'clusterId' | 'nodeId' | 'peerTls'>): string[] {
  if (peerTls === undefined) return [];
  const { key, cert, ca } = peerTls;
  try {
    createSecureContext({ key, cert, ca });
    const name = memberName(clusterId, nodeId);
    if (membersIn(new X509Certificate(cert)).includes(name)) return [];
    return [
      `peerTls.cert: the certificate does not name ${name} (URI in the subject alternative name)`,
    ];
  } catch (error) {
    return [`peerTls: the key or a certificate cannot be used: ${messageOf(error)}`];
  }
}

/** Warnings for the operator, one line each. */
export function peerWarningsOf(input: PeerInput): string[] {
  if (input.addresses.length === 1) return [];
  const { peerListenHost: host, peerListenPort: port, ...config } = peerConfigOf(input);
  const { peerCredentials, unprovenPeers } = config;
  const warnings: string[] = [];
  const where = addressToText({ host, port });
  if (peerCredentials.secrets === undefined) {
    warnings.push(
      `insecure: every process that reaches ${where} can pass for a server of the cluster`,
    );
  } else if (peerCredentials.tls === undefined && !isLocalHost(host)) {
    warnings.push(
      `insecure: connections between servers, at ${where}, can be read and changed on the way`,
    );
  }
  if (unprovenPeers) {
    warnings.push(
      'unprovenPeers: servers count that prove nothing, until the feature level rises; ' +
        'restart without this after the upgrade',
    );
  }
  return warnings;
}

function addressesOf({ addresses, peerAddresses }: PeerInput): readonly Address[] {
  if (peerAddresses !== undefined) return peerAddresses;
  if (addresses.length === 1) return addresses;
  return addresses.map(({ host, port }) => ({ host, port: port + peerPortOffset }));
}

function hostOf({ peerListenHost, listenHost }: PeerInput, ownHost: string): string {
  return peerListenHost ?? listenHost ?? ownHost;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
