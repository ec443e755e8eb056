/** The repository's own sources as data, for rules about them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';

/** Root of the repository: this file runs from test/dist/tidy. */
const root = join(import.meta.dirname, '../../..');

export interface SourceFile {
  /** Path from the repository's root, with slashes: `packages/paxos/src/index.ts`. */
  readonly path: string;
  readonly text: string;
  /** The specifiers of its imports and re-exports. */
  readonly specifiers: readonly string[];
}

export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  /** By entry point: the file, or one for each condition. */
  readonly exports?: Readonly<Record<string, string | Conditions>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface Conditions {
  readonly browser: string;
  readonly default: string;
}

/** Every TypeScript source below `folder`, without compiled output and installed packages. */
export function readSources(folder: string): SourceFile[] {
  const sources: SourceFile[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!['dist', 'node_modules'].includes(entry.name)) sources.push(...readSources(path));
    } else if (/\.tsx?$/.test(path)) {
      const text = readText(path);
      sources.push({ path, text, specifiers: findSpecifiers(text) });
    }
  }
  return sources;
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function readJson<T>(path: string): T {
  return JSON.parse(readText(path));
}

export function isPresent(path: string): boolean {
  return existsSync(join(root, path));
}

/** The folder names of the packages. */
export function packageNames(): string[] {
  return readdirSync(join(root, 'packages'));
}

/** The folder names of the packages that are published. */
export function publishedNames(): string[] {
  return packageNames().filter((name) => {
    return readJson<Manifest>(`packages/${name}/package.json`).private !== true;
  });
}

/**
 * The packages that the sources of a package may import: its dependencies. The bundle of the command contains what it
 * imports, so that those who install it need not install that as well.
 */
export function importable(name: string): string[] {
  const { dependencies, devDependencies } = readJson<Manifest>(`packages/${name}/package.json`);
  return Object.keys({ ...dependencies, ...(name === 'cli' && devDependencies) });
}

/** The file of a relative specifier, or `undefined` for another package's entry point. */
export function resolveRelative(from: SourceFile, specifier: string): string | undefined {
  return specifier.startsWith('.') ? normalize(join(dirname(from.path), specifier)) : undefined;
}

/** The sources that `file` imports by relative path. */
export function relativeImports(file: SourceFile): string[] {
  return file.specifiers.flatMap((specifier) => resolveRelative(file, specifier) ?? []);
}

/** The repository file of a specifier, which may be relative or a package's entry point. */
export function resolveAny(from: SourceFile, specifier: string): string | undefined {
  return resolveRelative(from, specifier) ?? resolveEntryPoint(specifier);
}

function resolveEntryPoint(specifier: string): string | undefined {
  const [, packageName = '', rest = ''] = /^@paxkv\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  const manifest = `packages/${packageName}/package.json`;
  if (packageName === '' || !isPresent(manifest)) return undefined;
  const { exports = {} } = readJson<Manifest>(manifest);
  const exact = exports[rest === '' ? '.' : `./${rest}`];
  if (exact !== undefined) return toSource(packageName, byDefault(exact));
  for (const [entryPoint, compiled] of Object.entries(exports)) {
    const [prefix = '', suffix] = entryPoint.split('*');
    if (suffix === undefined || !`./${rest}`.startsWith(prefix)) continue;
    const file = byDefault(compiled).replace('*', `./${rest}`.slice(prefix.length));
    return toSource(packageName, file);
  }
  return undefined;
}

/** The file of an entry point that Node resolves. */
function byDefault(entryPoint: string | Conditions): string {
  return typeof entryPoint === 'string' ? entryPoint : entryPoint.default;
}

/** Maps compiled JavaScript to its source. */
export function toSource(packageName: string, compiled: string): string {
  const path = normalize(join('packages', packageName, compiled));
  const source = path.replace(/\/(?:dist|bundle)\//, '/src/').replace(/\.js$/, '.ts');
  return isPresent(source) ? source : source.replace(/\.ts$/, '.tsx');
}

/** Whether the compiled file is empty: the source has types and no logic. */
export function isTypeOnly(file: SourceFile): boolean {
  const compiled = file.path.replace('/src/', '/dist/').replace(/\.tsx?$/, '.js');
  const text = readText(compiled).replace(/^\/\/# .*$/gm, '');
  return withoutComments(text).trim() === 'export {};';
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

/** The formatter puts statements at the start of a line, and comments never. */
function findSpecifiers(text: string): string[] {
  const patterns = [
    /^(?:import|export)\b[^;'"]*?\bfrom\s+'([^']+)'/gm,
    /^import\s+'([^']+)'/gm,
    /\bimport\(\s*'([^']+)'\s*\)/g,
    /\brequire\(\s*'([^']+)'\s*\)/g,
  ];
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(([, specifier]) => specifier ?? []),
  );
}
