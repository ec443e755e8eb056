/** What the nodes and the users of a cluster prove themselves with, by two authorities, of which one follows the other. */
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientTlsOptions } from '@paxkv/client';
import { writeCerts } from 'paxkv/internal/certs/cert-files';

/** `foreign` is of no use in the cluster, although its certificates have the same names. */
export type Authority = 'first' | 'second' | 'foreign';

export const rootToken = 'root-token-of-the-cluster-in-namespaces';
export const user = 'anna';

const authorities: readonly Authority[] = ['first', 'second', 'foreign'];

/** The files of a node. */
export interface NodeFiles {
  /** The authorities that it knows. */
  readonly known: readonly Authority[];
  /** The one that signed its certificate. */
  readonly signer: Authority;
}

export class ClusterCredentials {
  readonly #directory: string;
  #version = 0;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes all certificates, for nodes at `hosts`. */
  static async make(directory: string, hosts: readonly string[]): Promise<ClusterCredentials> {
    const made = new ClusterCredentials(directory);
    for (const authority of authorities) {
      const plan = { directory: join(directory, authority), cluster: 'tests', days: 1 };
      await writeCerts({ ...plan, members: hosts.length, hosts, users: [user] });
    }
    await writeFile(made.rootTokenFile, `${rootToken}\n`, { mode: 0o600 });
    return made;
  }

  get rootTokenFile(): string {
    return join(this.#directory, 'root-token');
  }

  /** The environment with which a node starts. */
  environmentOf(node: number): NodeJS.ProcessEnv {
    const file = (name: string) => join(this.#directory, `node-${node}`, name);
    return {
      PAXKV_PEER_CA_FILE: file('ca.pem'),
      PAXKV_PEER_CERT_FILE: file('cert.pem'),
      PAXKV_PEER_KEY_FILE: file('key.pem'),
      PAXKV_TLS_CERT_FILE: file('cert.pem'),
      PAXKV_TLS_KEY_FILE: file('key.pem'),
      PAXKV_TLS_CLIENT_CA_FILE: file('ca.pem'),
      PAXKV_AUTH: 'yes',
      PAXKV_ROOT_TOKEN_FILE: this.rootTokenFile,
    };
  }

  /** Gives a node other files, all at once: it sees the old ones or the new ones. */
  async install(node: number, { known, signer }: NodeFiles): Promise<void> {
    this.#version += 1;
    const version = `node-${node}.${this.#version}`;
    await mkdir(join(this.#directory, version));
    const contents = {
      'ca.pem': await this.authorities(...known),
      'cert.pem': await this.#read(signer, `member-${node}.pem`),
      'key.pem': await this.#read(signer, `member-${node}-key.pem`),
    };
    for (const [name, text] of Object.entries(contents)) {
      await writeFile(join(this.#directory, version, name), text, { mode: 0o600 });
    }
    const link = join(this.#directory, `node-${node}`);
    await symlink(version, `${link}.next`);
    await rename(`${link}.next`, link);
  }

  /** The certificates of these authorities, as one text. */
  async authorities(...names: readonly Authority[]): Promise<string> {
    return (await Promise.all(names.map((name) => this.#read(name, 'ca.pem')))).join('');
  }

  /** The certificate of the user by one authority, for a client that recognizes servers of either. */
  async userTls(authority: Authority): Promise<ClientTlsOptions> {
    return {
      ca: await this.authorities('first', 'second'),
      cert: await this.#read(authority, `user-${user}.pem`),
      key: await this.#read(authority, `user-${user}-key.pem`),
    };
  }

  /** The path of a file of `paxkv certs`. */
  pathOf(authority: Authority, name: string): string {
    return join(this.#directory, authority, name);
  }

  #read(authority: Authority, name: string): Promise<string> {
    return readFile(this.pathOf(authority, name), 'utf8');
  }
}
