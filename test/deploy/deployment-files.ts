/** Reads the files for deployment, and starts what they start as far as the check of its settings. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { writeCerts } from 'paxkv/internal/certs/cert-files';
import { type Document, parseAllDocuments } from 'yaml';
import { readPage } from '../docs/pages.ts';
import { runCaptured } from '../unit/cli/captured-streams.ts';
import { clearEnvironment, setEnvironment } from '../unit/cli/environment.ts';

/** What YAML gives for a map. */
export type Json = Readonly<Record<string, unknown>>;

/** The documents of a YAML file. @throws Error if it is no YAML */
export async function readYaml(path: string): Promise<Json[]> {
  const documents = parseAllDocuments(await readPage(path), { merge: true });
  return (documents as Document[]).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS();
  });
}

/** A value within what YAML gave; `undefined` if a step leads nowhere. */
export function at(value: unknown, ...steps: readonly (string | number)[]): unknown {
  return steps.reduce<unknown>((part, step) => Reflect.get(Object(part), step), value);
}

/** What a deployment starts. */
interface Start {
  readonly environment: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Contents of the files that the deployment brings along, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** The directory of its secrets. Here they are in `secrets`. */
  readonly secretsAt: string;
  readonly secrets: string;
}

/** The settings with which the server of a deployment would start. @throws Error if it would refuse them */
export async function effectiveSettings({ environment, args, files = {}, ...where }: Start) {
  const directory = await mkdtemp(join(tmpdir(), 'paxkv-deploy-'));
  const movedFiles = (text: string) =>
    Object.keys(files).reduce(
      (each, path) => each.replaceAll(path, join(directory, basename(path))),
      text,
    );
  const moved = (text: string) =>
    movedFiles(text).replaceAll(`${where.secretsAt}/`, `${where.secrets}/`);
  try {
    for (const [path, content] of Object.entries(files)) {
      await writeFile(join(directory, basename(path)), moved(content));
    }
    const entries = Object.entries(environment).map(([name, text]) => [name, moved(text)]);
    setEnvironment(Object.fromEntries(entries));
    const outcome = await runCaptured([...args.map(moved), '--print-config', '--json']);
    if (outcome.exitCode !== 0) throw new Error(outcome.explained);
    const { settings } = JSON.parse(outcome.printed);
    const values = Object.entries<{ value: string | null }>(settings);
    return new Map(values.map(([name, { value }]) => [name, value ?? '']));
  } finally {
    clearEnvironment();
    await rm(directory, { recursive: true });
  }
}

/** Makes what nodes need to prove themselves, for a test that removes the directory afterwards. */
export async function makeSecrets(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'paxkv-secrets-'));
  const plan = {
    directory,
    cluster: 'paxkv',
    members: 3,
    hosts: ['localhost'],
    users: [],
    days: 1,
  };
  await writeCerts(plan);
  for (const name of ['cluster-secret', 'root-token']) {
    const secret = `${'0123456789abcdef'.repeat(4)}\n`;
    await writeFile(join(directory, name), secret, { mode: 0o600 });
  }
  return directory;
}
