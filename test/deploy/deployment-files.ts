/** Reads the files for deployment, and starts what they start as far as the check of its settings. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** Where these files are read in the place of those that the deployment has. */
interface Replaced {
  readonly environment: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Contents by the path that the deployment names. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The settings with which the server of a deployment would start. @throws Error if it would refuse them */
export async function effectiveSettings({ environment, args, files = {} }: Replaced) {
  const directory = await mkdtemp(join(tmpdir(), 'paxkv-deploy-'));
  try {
    const paths = new Map<string, string>();
    for (const [index, path] of Object.keys(files).entries()) {
      paths.set(path, join(directory, `${index}`));
    }
    const moved = (text: string) => paths.get(text) ?? text;
    for (const [path, content] of Object.entries(files)) {
      // A file may name another one.
      const text = [...paths.keys()].reduce(
        (all, each) => all.replaceAll(each, moved(each)),
        content,
      );
      await writeFile(moved(path), text, { mode: 0o600 });
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
