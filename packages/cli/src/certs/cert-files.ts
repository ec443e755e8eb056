/** The files of `paxkv certs`: an authority, and a certificate with its key for each member and each user. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { type Credential, type Holder, issue, makeAuthority } from './authority.ts';

/** What is made. */
export interface CertPlan {
  readonly directory: string;
  readonly cluster: string;
  readonly members: number;
  /** Names and addresses at which clients and members reach the members. */
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  /** How long the certificates are valid. The authority is valid ten times as long. */
  readonly days: number;
}

/** What was made. */
export interface CertResult {
  /** Whether the authority was there already, so that what it signed before stays valid. */
  readonly isRenewal: boolean;
  /** The files that were written, without the directory. */
  readonly files: readonly string[];
}

const authorityName = 'ca';
const authorityFactor = 10;
const privateMode = 0o600;
const publicMode = 0o644;
const directoryMode = 0o700;

/** Makes the authority unless it is there, and new certificates in any case. @throws CliError `CLI_DATA` */
export async function writeCerts(plan: CertPlan): Promise<CertResult> {
  const { directory, days } = plan;
  await mkdir(directory, { recursive: true, mode: directoryMode });
  const files: string[] = [];
  const write = async (name: string, { cert, key }: Credential) => {
    // The key comes first: a certificate without its key would not be noticed, a key without its certificate is.
    await replace(join(directory, `${name}-key.pem`), key, privateMode);
    await replace(join(directory, `${name}.pem`), cert, publicMode);
    files.push(`${name}.pem`, `${name}-key.pem`);
  };
  const known = await readAuthority(directory);
  const authority =
    known ?? (await makeAuthority(`${plan.cluster} authority`, days * authorityFactor));
  if (known === undefined) await write(authorityName, authority);
  for (const [name, holder] of holdersOf(plan)) {
    await write(name, await issue(authority, holder, days));
  }
  return { isRenewal: known !== undefined, files };
}

/** The name of each file, without its ending, and the holder of its certificate. */
function holdersOf({ cluster, members, hosts, users }: CertPlan): [string, Holder][] {
  const servers = Array.from({ length: members }, (_, node): [string, Holder] => [
    `member-${node}`,
    {
      // No user can have a name with spaces, so no member is taken for a user.
      commonName: `${cluster} member ${node}`,
      hosts,
      uris: [`paxkv://${cluster}/member/${node}`],
      uses: ['server', 'client'],
    },
  ]);
  const clients = users.map((user): [string, Holder] => [
    `user-${user}`,
    { commonName: user, uses: ['client'] },
  ]);
  return [...servers, ...clients];
}

async function readAuthority(directory: string): Promise<Credential | undefined> {
  const [cert, key] = await Promise.all(
    [`${authorityName}.pem`, `${authorityName}-key.pem`].map((name) => read(join(directory, name))),
  );
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  const message = `${directory} has only one half of the authority: ca.pem and ca-key.pem belong together`;
  throw new CliError('CLI_DATA', message);
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A server that reads the file meanwhile gets the old one or the new one, and never a half. */
async function replace(path: string, text: string, mode: number): Promise<void> {
  const next = `${path}.new`;
  await writeFile(next, text, { mode, flag: 'w' });
  await rename(next, path);
}
