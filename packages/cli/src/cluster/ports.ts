/** Checks the ports of a local cluster before any node is started. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { KvClient, KvError } from '@paxkv/client';
import { CliError } from '../cli-error.ts';

const host = '127.0.0.1';
const askMsMax = 1000;

/** @throws CliError `CLI_PORT`, which names the ports in use, their processes, and what to do. */
export async function expectFree(ports: readonly number[]): Promise<void> {
  const checks = await Promise.all(ports.map(check));
  const unusable = checks.filter((found) => found !== 'free');
  if (unusable.length === 0) return;
  const lines = unusable.map((found) => describe(found, unusable));
  // npm passes on only the arguments after `--`.
  const { npm_lifecycle_event: script } = process.env;
  const call = script === 'start' ? 'npm start --' : 'paxkv cluster';
  const advice =
    'stop what listens there, or start a cluster on other ports with other data: ' +
    `${call} --port ${Math.max(...ports) + 8} --data <directory>`;
  throw new CliError('CLI_PORT', [...lines, advice]);
}

/** A port that cannot be used. */
interface Unusable {
  readonly port: number;
  readonly error: NodeJS.ErrnoException;
  /** The process that listens there, if it is known. */
  readonly pid?: number | undefined;
  /** The paxkv server that answers there, in words. */
  readonly server?: string | undefined;
}

async function check(port: number): Promise<Unusable | 'free'> {
  const error = await listenError(port);
  if (error === undefined) return 'free';
  if (error.code !== 'EADDRINUSE') return { port, error };
  return { port, error, pid: listenerOf(port), server: await serverAt(port) };
}

/** A node says what it is at its port for clients only, so its port for peers is recognized by the process. */
function describe({ port, error, pid, server }: Unusable, others: readonly Unusable[]): string {
  if (error.code !== 'EADDRINUSE') return `port ${port} cannot be used: ${error.message}`;
  const ofProcess = others.filter((other) => pid !== undefined && other.pid === pid);
  const known = server ?? ofProcess.find((other) => other.server !== undefined)?.server;
  return `port ${port} is taken by ${known ?? 'another program'}${pid === undefined ? '' : ` (pid ${pid})`}`;
}

function listenError(port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

/** The paxkv server that listens on the port, in words. */
async function serverAt(port: number): Promise<string | undefined> {
  const client = new KvClient({ endpoints: [`${host}:${port}`], timeoutMs: askMsMax });
  try {
    const { node, cluster } = await client.status();
    return `node ${node} of a running paxkv cluster named ${cluster}`;
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    const { code } = error;
    const isRefusal = code === 'KV_UNAUTHENTICATED' || code === 'KV_FORBIDDEN';
    return isRefusal ? 'a node of a running paxkv cluster that requires a token' : undefined;
  } finally {
    await client.close();
  }
}

/** The process that listens on the port. Known only on Linux, and only for processes of the same user. */
function listenerOf(port: number): number | undefined {
  const inode = listeningInode(port);
  if (inode === undefined) return undefined;
  const pids = ifReadable(() => readdirSync('/proc')).filter((name) => /^\d+$/.test(name));
  return pids.map(Number).find((pid) => openFilesOf(pid).includes(`socket:[${inode}]`));
}

/** The inode of the listening socket, from `/proc/net/tcp` (slot, local, remote, state, … , inode). */
function listeningInode(port: number): string | undefined {
  const listening = '0A';
  const localPort = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = ifReadable(() => readFileSync('/proc/net/tcp', 'utf8').trim().split('\n'));
  const columns = rows.map((row) => row.trim().split(/\s+/));
  return columns.find(
    ([, local, , state]) => local?.endsWith(localPort) && state === listening,
  )?.[9];
}

/** The files that the process has open, as far as they can be read. */
function openFilesOf(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  return ifReadable(() => readdirSync(directory)).flatMap((name) =>
    ifReadable(() => [readlinkSync(`${directory}/${name}`)]),
  );
}

/** The result of `read`, or nothing on an error: the process may belong to another user, or have ended. */
function ifReadable(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
