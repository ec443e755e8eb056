/**
 * An authority for certificates, and the certificates that it signs: X.509 with keys on the curve P-256. The library
 * saves us DER, extensions and signatures, of which each mistake would be a hole.
 */
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type GeneralNameType,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
/** Clocks of other machines may be behind by this much. */
const clockSkewMs = 300_000;

/** A certificate and its private key, in PEM. */
export interface Credential {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says of its holder. */
export interface Holder {
  readonly commonName: string;
  /** Names and addresses under which clients reach it. */
  readonly hosts?: readonly string[];
  /** Names that are URIs. */
  readonly uris?: readonly string[];
  readonly uses: readonly ('server' | 'client')[];
}

/** Makes an authority that trusts itself. */
export async function makeAuthority(commonName: string, days: number): Promise<Credential> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(days),
    name: nameOf(commonName),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return toCredential(certificate, keys.privateKey);
}

/** Signs a certificate for new keys of `holder`. @throws Error if the authority cannot be read. */
export async function issue(
  authority: Credential,
  holder: Holder,
  days: number,
): Promise<Credential> {
  const issuer = new X509Certificate(authority.cert);
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create({
    ...validity(days),
    subject: nameOf(holder.commonName),
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await readKey(authority.key),
    signingAlgorithm: algorithm,
    extensions: await extensionsOf(holder, issuer, keys.publicKey),
  });
  return toCredential(certificate, keys.privateKey);
}

async function extensionsOf(
  { hosts = [], uris = [], uses }: Holder,
  issuer: X509Certificate,
  publicKey: webcrypto.CryptoKey,
): Promise<Extension[]> {
  const names: { type: GeneralNameType; value: string }[] = [
    ...hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
    ...uris.map((value) => ({ type: 'url', value }) as const),
  ];
  const usages = uses.map((use) =>
    use === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth,
  );
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(usages),
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
    await SubjectKeyIdentifierExtension.create(publicKey),
    await AuthorityKeyIdentifierExtension.create(issuer),
  ];
}

function validity(days: number) {
  const now = Date.now();
  // The first bit is 0, so that the number is positive in every encoding.
  const serialNumber = `0${randomBytes(16).toString('hex').slice(1)}`;
  return {
    serialNumber,
    notBefore: new Date(now - clockSkewMs),
    notAfter: new Date(now + days * dayMs),
  };
}

/** Escapes what has a meaning in the text form of a name. */
function nameOf(commonName: string): string {
  return `CN=${commonName.replaceAll(/[\\,+"<>;=#]/g, '\\$&')}`;
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

function readKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [der = new ArrayBuffer(0)] = PemConverter.decode(pem);
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, [
    'sign',
  ]) as Promise<webcrypto.CryptoKey>;
}

async function toCredential(
  certificate: X509Certificate,
  key: webcrypto.CryptoKey,
): Promise<Credential> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `${PemConverter.encode(der, 'PRIVATE KEY')}\n`,
  };
}
