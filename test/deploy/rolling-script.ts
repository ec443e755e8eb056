/** Runs deploy/rolling.mjs with a command that asks the test to change the node. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../docs/pages.ts';
import { environment, paxkv } from '../process/server-process.ts';

const script = join(root, 'deploy/rolling.mjs');

const askTest =
  'fetch(process.env.ASK + process.env.NODE).then(({ status }) => { process.exitCode = status === 200 ? 0 : 9; })';

interface Rolling {
  readonly addresses: readonly string[];
  /** How the cluster is met, if not by plain HTTP without a user. */
  readonly secured?: { readonly tokenFile: string; readonly caFile: string };
  /** Where the command asks: the number of the node is the rest of the address. */
  readonly ask: string;
  /** Default: 30 seconds. */
  readonly wait?: string;
}

/** Resolves with the exit code of the script and all that it printed. */
export async function roll({ addresses, secured, ask, wait = '30s' }: Rolling) {
  const scheme = secured === undefined ? 'http' : 'https';
  const endpoints = addresses.map((address) => `${scheme}://${address}`).join(',');
  const proof = secured && { PAXKV_TOKEN_FILE: secured.tokenFile, PAXKV_CA_FILE: secured.caFile };
  const command = [process.execPath, '-e', askTest];
  const args = [script, '--paxkv', paxkv, '--wait', wait, endpoints, '--', ...command];
  const child = spawn(process.execPath, args, { env: { ...environment(), ...proof, ASK: ask } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}
