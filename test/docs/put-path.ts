/**
 * Prints the source files whose code runs during a put, as JSON: a cluster of three and a client in one process,
 * measured by V8's precise coverage. A process of its own, since coverage slows everything down. It measures several
 * puts one by one, because timers run at any moment: what runs during every put is part of it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KvClient } from '@paxkv/client';
import { KvServer, parseConfig } from '@paxkv/kvserver';
import { clusterSecret } from '../process/cluster-secret.ts';
import { freePorts } from '../process/free-ports.ts';

const nodes = [0, 1, 2] as const;
const putCount = 10;

export interface CalledFiles {
  /** Files that ran during every put. */
  readonly always: readonly string[];
  /** Files that ran during one put at least. */
  readonly sometimes: readonly string[];
}

async function measured(session: Session, put: () => Promise<void>): Promise<CalledFiles> {
  const puts: ReadonlySet<string>[] = [];
  await calledFiles(session);
  for (let count = 0; count < putCount; count += 1) {
    await put();
    puts.push(new Set(await calledFiles(session)));
  }
  const sometimes = [...new Set(puts.flatMap((files) => [...files]))].sort();
  return { always: sometimes.filter((file) => puts.every((files) => files.has(file))), sometimes };
}

/** Sources called since this was last asked, as paths from `packages/`. */
async function calledFiles(session: Session): Promise<string[]> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const called = result.flatMap(({ url, functions }) => {
    const [, name, path] = /packages\/([^/]+)\/dist\/(.+)\.js$/.exec(url) ?? [];
    const isCalled = functions.some(
      ({ functionName, ranges }) => functionName !== '' && (ranges[0]?.count ?? 0) > 0,
    );
    return name !== undefined && isCalled ? [`${name}/src/${path}.ts`] : [];
  });
  return [...new Set(called)];
}

async function startCluster(folder: string): Promise<{ servers: KvServer[]; addresses: string[] }> {
  const addresses = (await freePorts(nodes.length)).map((port) => `127.0.0.1:${port}`);
  const servers: KvServer[] = [];
  for (const nodeId of nodes) {
    const dataDirectory = join(folder, `node-${nodeId}`);
    const settings = {
      ...{ nodeId, clusterId: 'path', addresses, clusterSecret, dataDirectory },
      logLevel: 'error',
    };
    servers.push(await KvServer.start(parseConfig(settings)));
  }
  await Promise.all(servers.map((server) => server.ready({ timeoutMs: 30_000 })));
  return { servers, addresses };
}

const folder = await mkdtemp(join(tmpdir(), 'paxkv-path-'));
const { servers, addresses } = await startCluster(folder);
const client = new KvClient({ endpoints: addresses });
try {
  // The first puts open the session and find the leader.
  for (let count = 0; count < 20; count += 1) await client.put('key', `${count}`);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const files = await measured(session, async () => {
    await client.put('key', 'value');
  });
  console.log(JSON.stringify(files));
  session.disconnect();
} finally {
  await client.close();
  await Promise.all(servers.map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
}
