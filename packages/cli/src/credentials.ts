/** What commands prove their user with. A token comes from the environment or a file, never from the command line. */
import { readFileSync } from 'node:fs';
import type { ClientTlsOptions } from '@paxkv/client';
import { CliError, messageOf } from './cli-error.ts';

/** The files that options name. */
export interface CredentialOptions {
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

export interface CommandCredentials {
  readonly token?: string;
  readonly tls?: ClientTlsOptions;
}

/** @throws CliError `CLI_USAGE` if a file cannot be read. */
export function readCredentials(
  { tokenFile, caFile, certFile, keyFile }: CredentialOptions,
  environment: { readonly PAXKV_TOKEN?: string } = process.env,
): CommandCredentials {
  const token = tokenFile === undefined ? environment.PAXKV_TOKEN : read('--token-file', tokenFile);
  const tls = {
    ...(caFile !== undefined && { ca: read('--ca-file', caFile) }),
    ...(certFile !== undefined && { cert: read('--cert-file', certFile) }),
    ...(keyFile !== undefined && { key: read('--key-file', keyFile) }),
  };
  return {
    // A variable that is set but empty is no token.
    ...(token?.trim() && { token: token.trim() }),
    ...(Object.keys(tls).length > 0 && { tls }),
  };
}

function read(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_USAGE', `${flag}: ${messageOf(cause)}`, { cause });
  }
}
