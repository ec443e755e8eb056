/**
 * The name of a member in its certificate: a URI in the subject alternative name, which only servers have. A host
 * name would not do, since hosts run several servers, and the certificate of a client may name a host.
 * RFC 9525 §6.5.
 */
import type { X509Certificate } from 'node:crypto';

/** The name of member `node` of a cluster: `paxkv://demo/member/2`. */
export function memberName(clusterId: string, node: number): string {
  return `paxkv://${clusterId}/member/${node}`;
}

/** The members that a certificate names. Node.js quotes an entry that contains the separator of entries. */
export function membersIn(
  certificate: Pick<X509Certificate, 'subjectAltName'> | undefined,
): string[] {
  const entries = certificate?.subjectAltName?.split(', ') ?? [];
  return entries.flatMap(
    (entry) => /^URI:(paxkv:\/\/[\w.-]+\/member\/\d+)$/.exec(entry)?.[1] ?? [],
  );
}
