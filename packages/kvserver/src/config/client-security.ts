/** The settings of what clients meet: TLS, and whether they must prove a user. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';

/** Each in PEM. */
export interface ClientTls {
  /** The private key of this server. */
  readonly key: string;
  /** Its certificate, and those between it and the authority. */
  readonly cert: string;
  /** The authority that signs certificates of clients. Absent: clients prove themselves by tokens only. */
  readonly clientCa?: string | undefined;
}

export interface ClientSecurity {
  /** Absent: clients use plain HTTP. */
  readonly tls?: ClientTls | undefined;
  /** Whether this server refuses anonymous requests, even before the auth table does. */
  readonly auth: boolean;
  /** A token of this server that proves the user `root`, from before there is any other. */
  readonly rootToken?: string | undefined;
}

const rootTokenLengthMin = 32;

const pem = z.string().regex(/-----BEGIN /, 'must be in PEM');

export const clientTlsSchema = z.strictObject({ key: pem, cert: pem, clientCa: pem.optional() });

export const clientSecuritySettings = {
  tls: clientTlsSchema.optional(),
  auth: z.boolean().default(false),
  rootToken: z
    .string()
    .transform((text) => text.trim())
    .refine(
      (token) => token.length >= rootTokenLengthMin && /^[\x21-\x7e]+$/.test(token),
      `must be at least ${rootTokenLengthMin} visible ASCII characters, without spaces`,
    )
    .optional(),
};

/** What is wrong with the key and the certificates, one line each; none if there are none. */
export function clientTlsProblemsOf(tls: ClientTls | undefined, nowMs = Date.now()): string[] {
  if (tls === undefined) return [];
  const { key, cert, clientCa } = tls;
  try {
    createSecureContext({ key, cert, ca: clientCa });
    const certificate = new X509Certificate(cert);
    if (new Date(certificate.validTo).getTime() > nowMs) return [];
    return [`tls.cert: the certificate has expired on ${certificate.validTo}`];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [`tls: the key or a certificate cannot be used: ${reason}`];
  }
}

/** What a server lacks that listens at `host`, where others than this machine reach it; `undefined` if nothing. */
export function exposureProblem(host: string, { tls, auth }: ClientSecurity): string | undefined {
  const lacks = [...(tls === undefined ? ['TLS'] : []), ...(auth ? [] : ['authentication'])];
  if (lacks.length === 0) return undefined;
  return (
    `listenHost: ${host} is reachable from other machines, and clients meet no ` +
    `${lacks.join(' and no ')} there; set tls and auth, or insecure to do without`
  );
}

/** What an insecure server gives up, as a warning for its operator. */
export function exposureWarning(host: string, { tls, auth }: ClientSecurity): string | undefined {
  if (!auth) return `insecure: every client that reaches ${host} can read and write all data`;
  if (tls === undefined) return `insecure: tokens and data can be read on the way to ${host}`;
  return undefined;
}
