/**
 * Rules about the sources: allowed imports, forbidden calls, maximum sizes, required tests. Every rule
 * names its violations.
 */
import { dirname } from 'node:path/posix';
import { expect } from 'chai';
import { inPage } from './tidy/in-page.ts';
import {
  importable,
  isPresent,
  isTypeOnly,
  type Manifest,
  packageNames,
  readJson,
  readSources,
  readText,
  relativeImports,
  resolveAny,
  resolveRelative,
  type SourceFile,
  toSource,
} from './tidy/source-tree.ts';

/** The entry points of other packages that each package may use. No cycles. */
const layers: Readonly<Record<string, readonly string[]>> = {
  paxos: [],
  protocol: [],
  // Its own entry point for the code that differs between Node and browsers.
  client: ['@paxkv/protocol', '@paxkv/client/system'],
  'paxos-level': ['@paxkv/client', '@paxkv/protocol'],
  simulator: ['@paxkv/paxos', '@paxkv/paxos/core'],
  kvserver: ['@paxkv/paxos', '@paxkv/paxos/core', '@paxkv/protocol', '@paxkv/client/ring'],
  cli: ['@paxkv/kvserver', '@paxkv/client', '@paxkv/protocol'],
  playground: inPage,
};

/**
 * The folders of each package from the lowest to the highest layer. Each may import the lower ones that it
 * lists, whole folders or single files, and itself. Files beside the folders belong to the highest layer, so
 * that no folder may import them unless it lists them.
 */
const folderLayers: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  kvserver: {
    config: [],
    budget: [],
    system: ['config/'],
    'state-machine': [],
    trace: [],
    storage: ['state-machine/'],
    backup: ['state-machine/', 'storage/'],
    replica: ['budget/', 'config/', 'state-machine/', 'storage/state/'],
    transport: ['config/', 'system/', 'replica/ports.ts', 'state-machine/features.ts'],
    service: ['replica/submitter.ts', 'replica/request-timing.ts', 'state-machine/auth/'],
    health: ['replica/request-timing.ts'],
    metrics: [
      'service/request-observer.ts',
      'replica/request-timing.ts',
      'replica/replica-facts.ts',
      'replica/requests/admission.ts',
      'storage/disk-use.ts',
    ],
    api: [
      ...['budget/', 'config/', 'system/', 'service/'],
      ...['replica/submitter.ts', 'replica/request-timing.ts'],
    ],
  },
  paxos: { core: ['environment.ts', 'errors.ts'] },
  cli: { build: [] },
  protocol: {
    commands: [
      ...['auth-table.ts', 'errors.ts'],
      ...['fields.ts', 'key-range.ts'],
      ...['lease.ts', 'limits.ts', 'routes.ts'],
      'rows.ts',
      'base64.ts',
      'session-id.ts',
    ],
  },
  simulator: { network: ['seeded-random.ts', 'world.ts'] },
  playground: {
    engine: [],
    recording: ['engine/'],
    text: ['engine/', 'recording/recording-error.ts'],
    mutants: ['engine/'],
    lessons: ['engine/', 'text/'],
    ui: ['engine/', 'recording/', 'text/', 'mutants/', 'lessons/'],
    console: ['text/', 'ui/geometry.ts'],
    build: ['engine/', 'recording/', 'mutants/', 'ui/'],
  },
};

const [sourceLinesMax, testLinesMax] = [300, 400];

/** The package whose README explains error codes, and the package that defines them. */
const errorTables: Readonly<Record<string, string>> = { paxos: 'paxos', client: 'protocol' };

/** A row of a table of error codes, which starts with the code. */
const errorRow = /^\|\s*`((?:PAXOS|KV)_[A-Z_]+)`/gm;

const reaches = new Map<string, Set<string>>();

const packageSources = readSources('packages');
const testSources = readSources('test');
const allSources = [...packageSources, ...testSources, ...readSources('bench')];

describe('the sources', () => {
  describe('layers', () => {
    it('paxos depends on nothing', () => {
      const { dependencies, peerDependencies, optionalDependencies, devDependencies } =
        readJson<Manifest>('packages/paxos/package.json');
      const all = { dependencies, peerDependencies, optionalDependencies, devDependencies };
      for (const [kind, packages] of Object.entries(all)) expect(packages ?? {}, kind).to.be.empty;
    });

    it('paxos is compiled without the types of Node', () => {
      const { compilerOptions } = readJson<{ compilerOptions: { types: string[]; lib: string[] } }>(
        'packages/paxos/tsconfig.json',
      );
      expect(compilerOptions.types).to.deep.equal([]);
      expect(compilerOptions.lib).to.deep.equal(['ES2023']);
      const directives = sourcesOf('paxos').filter(({ text }) =>
        /^\/\/\/\s*<reference/m.test(text),
      );
      expect(pathsOf(directives)).to.deep.equal([]);
    });

    it('paxos imports nothing but its own files', () => {
      const foreign = sourcesOf('paxos').flatMap((file) =>
        file.specifiers
          .filter((specifier) => !isInside('packages/paxos/src/', file, specifier))
          .map((specifier) => `${file.path}: ${specifier}`),
      );
      expect(foreign).to.deep.equal([]);
    });

    it('packages import each other in one direction, through their entry points', () => {
      expect(Object.keys(layers)).to.have.members(packageNames());
      const broken = packageNames().flatMap((name) =>
        sourcesOf(name).flatMap((file) =>
          file.specifiers
            .filter((specifier) => !isAllowed(name, file, specifier))
            .map((specifier) => `${file.path}: ${specifier}`),
        ),
      );
      expect(broken).to.deep.equal([]);
    });

    for (const [name, folders] of Object.entries(folderLayers)) {
      it(`the folders of ${name} import only the layers below them`, () => {
        const broken = Object.entries(folders).flatMap(([folder, allowed]) =>
          brokenImports(`packages/${name}/src/`, folder, allowed),
        );
        expect(broken).to.deep.equal([]);
      });
    }

    it('every folder of the server has its layer', () => {
      const folders = sourcesOf('kvserver').flatMap(
        ({ path }) => /^packages\/kvserver\/src\/([^/]+)\//.exec(path)?.[1] ?? [],
      );
      const { kvserver = {} } = folderLayers;
      expect([...new Set(folders)]).to.have.members(Object.keys(kvserver));
    });

    it('no file imports itself indirectly', () => {
      expect(findCycle(allSources)).to.deep.equal([]);
    });
  });

  describe('calls', () => {
    const banned = [
      { claim: 'draw from the Random they are given', pattern: /\bMath\.random\b/ },
      { claim: 'ask the Clock they are given', pattern: /\bDate\b\s*[.(]|\bperformance\b/ },
    ];
    for (const { claim, pattern } of banned) {
      it(`paxos and the simulator ${claim}`, () => {
        const sources = [...sourcesOf('paxos'), ...sourcesOf('simulator')];
        expect(linesWith(pattern, sources.map(withoutTexts))).to.deep.equal([]);
      });
    }

    it('only the command line prints', () => {
      const silent = packageSources.filter(({ path }) => !path.startsWith('packages/cli/'));
      expect(linesWith(/\bconsole\.\w+/, silent.map(withoutTexts))).to.deep.equal([]);
    });
  });

  describe('leftovers', () => {
    const leftovers: readonly { claim: string; pattern: RegExp }[] = [
      { claim: 'no work is left for later', pattern: /\b(?:FIX[M]E|TO[D]O|X[X]X)\b/ },
      {
        claim: 'no test is left out or singled out',
        pattern: /\b(?:it|describe)\.(?:only|skip)\b/,
      },
      { claim: 'no rule is silenced', pattern: /biome-[i]gnore|@ts-(?:[i]gnore|[n]ocheck)/ },
    ];
    for (const { claim, pattern } of leftovers) {
      it(claim, () => expect(linesWith(pattern, allSources)).to.deep.equal([]));
    }

    it('nothing has type any', () => {
      const pattern = /(?::|\bas|[<,|&])\s*any\b/;
      expect(linesWith(pattern, allSources.map(withoutTexts))).to.deep.equal([]);
    });

    it('no package suppresses a compiler error', () => {
      expect(linesWith(/@ts-expect-error/, packageSources)).to.deep.equal([]);
    });

    it('no non-null assertion', () => {
      const pattern = /[\w)\]]!(?!=)/;
      expect(linesWith(pattern, packageSources.map(withoutTexts))).to.deep.equal([]);
    });
  });

  describe('sizes and names', () => {
    it(`no source is longer than ${sourceLinesMax} lines, no test than ${testLinesMax}`, () => {
      const large = allSources.filter(({ path, text }) => {
        const linesMax = path.startsWith('packages/') ? sourceLinesMax : testLinesMax;
        return text.split('\n').length - 1 > linesMax;
      });
      expect(pathsOf(large)).to.deep.equal([]);
    });

    it('the linter holds functions of packages to 60 lines', () => {
      const biome = readText('biome.json');
      expect(biome).to.match(/"noExcessiveLinesPerFunction": \{[^}]*"maxLines": 60 /);
      expect(biome).to.match(/"includes": \["test\/\*\*", "bench\/\*\*"\]/);
    });

    it('file names are in kebab-case and say what is in the file', () => {
      const drawers = /(?:^|[-/])(?:utils?|common|helpers?|misc|shared|types)[-./]/;
      const badlyNamed = allSources.filter(
        ({ path }) => !/^[a-z0-9./-]+$/.test(path) || drawers.test(path),
      );
      expect(pathsOf(badlyNamed)).to.deep.equal([]);
    });
  });

  describe('completeness', () => {
    it('every source of a package is reachable from one of its entry points', () => {
      const unreachable = packageNames().flatMap((name) => {
        const reached = reachFrom(entryPointsOf(name), sourcesOf(name));
        return pathsOf(sourcesOf(name)).filter((path) => !reached.has(path));
      });
      expect(unreachable).to.deep.equal([]);
    });

    it('every source with logic has a unit test with its name, or in its layer', () => {
      const untested = packageSources.filter(
        (file) => !/(?:^|\/)index\.ts$/.test(file.path) && !isTypeOnly(file) && !isTested(file),
      );
      expect(pathsOf(untested)).to.have.members(shownByProcesses);
    });

    it('unit tests lie in folders that mirror those of the sources', () => {
      const folders = pathsOf(testSources)
        .filter((path) => /^test\/unit\/.+\.test\.ts$/.test(path))
        .map((path) => dirname(path).replace(/^test\/unit\/([^/]+)/, 'packages/$1/src'));
      expect([...new Set(folders)].filter((folder) => !isPresent(folder))).to.deep.equal([]);
    });

    for (const [name, definedBy] of Object.entries(errorTables)) {
      it(`the README of ${name} explains every error code of ${definedBy} and no other`, () => {
        const explained = findAll(errorRow, readText(`packages/${name}/README.md`));
        expect(explained).to.have.members(errorCodesOf(definedBy));
      });
    }
  });
});

/** Code that only starts and ends processes is tested in `test/process`. */
const shownByProcesses = [
  'packages/cli/src/build/main.ts',
  'packages/cli/src/cluster/local-cluster.ts',
  'packages/cli/src/main.ts',
  'packages/playground/src/build/console.ts',
  'packages/playground/src/build/main.ts',
  'packages/playground/src/build/replay.ts',
  'packages/playground/src/console-main.ts',
  'packages/playground/src/main.ts',
];

function sourcesOf(packageName: string): SourceFile[] {
  return packageSources.filter(({ path }) => path.startsWith(`packages/${packageName}/src/`));
}

function pathsOf(files: readonly SourceFile[]): string[] {
  return files.map(({ path }) => path);
}

function isInside(folder: string, file: SourceFile, specifier: string): boolean {
  return resolveRelative(file, specifier)?.startsWith(folder) ?? false;
}

/** Whether a source of `packageName` may import this: itself, Node, a dependency or an allowed entry point. */
function isAllowed(packageName: string, file: SourceFile, specifier: string): boolean {
  if (specifier.startsWith('.')) return isInside(`packages/${packageName}/src/`, file, specifier);
  if (specifier.startsWith('node:')) return true;
  if (/^(?:@paxkv\/|paxkv(?:\/|$))/.test(specifier)) {
    return layers[packageName]?.includes(specifier) ?? false;
  }
  return importable(packageName).some((name) => `${specifier}/`.startsWith(`${name}/`));
}

function brokenImports(root: string, folder: string, allowed: readonly string[]): string[] {
  const files = packageSources.filter(({ path }) => path.startsWith(`${root}${folder}/`));
  const mayImport = (path: string) =>
    path.startsWith(`${root}${folder}/`) || allowed.some((part) => path.startsWith(root + part));
  return files.flatMap((file) =>
    relativeImports(file)
      .filter((path) => !mayImport(path))
      .map((path) => `${file.path}: ${path}`),
  );
}

/** The files of one cycle of imports, or none. */
function findCycle(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    const file = byPath.get(path);
    if (done.has(path) || file === undefined) return [];
    for (const next of relativeImports(file)) {
      const cycle = visit(next, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  return files.map(({ path }) => visit(path, [])).find((cycle) => cycle.length > 0) ?? [];
}

function entryPointsOf(packageName: string): string[] {
  const { exports = {}, bin = {} } = readJson<Manifest>(`packages/${packageName}/package.json`);
  const entryPoints = Object.values(exports).flatMap((entryPoint) =>
    typeof entryPoint === 'string' ? [entryPoint] : Object.values(entryPoint),
  );
  return [...entryPoints, ...Object.values(bin)].map((compiled) => toSource(packageName, compiled));
}

function reachFrom(entryPoints: readonly string[], files: readonly SourceFile[]): Set<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const queue = [...entryPoints];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    queue.push(...file.specifiers.flatMap((specifier) => resolveAny(file, specifier) ?? []));
  }
  return reached;
}

/**
 * Whether there is a unit test of the same name, or one that imports the file directly or indirectly: for
 * a file in a folder of the package, a test in the same folder or a parent folder, but in the same layer.
 */
function isTested({ path }: SourceFile): boolean {
  const unit = path.replace(/^packages\/([^/]+)\/src\/(.+)\.tsx?$/, 'test/unit/$1/$2.test.ts');
  if (isPresent(unit)) return true;
  const [layer = ''] = /^test\/unit\/[^/]+\/(?:[^/]+\/)?/.exec(unit) ?? [];
  const isNear = (test: SourceFile) =>
    test.path.startsWith(layer) && unit.startsWith(`${dirname(test.path)}/`);
  return testSources.some((test) => isNear(test) && reachedBy(test).has(path));
}

function reachedBy(test: SourceFile): Set<string> {
  const known = reaches.get(test.path);
  const reached = known ?? reachFrom([test.path], allSources);
  reaches.set(test.path, reached);
  return reached;
}

/** The file with the content of strings, patterns and comments blanked out. */
function withoutTexts(file: SourceFile): SourceFile {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  const texts = /\/\*[\s\S]*?\*\/|\/\/.*$|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/gm;
  return { ...file, text: file.text.replace(texts, blank) };
}

function errorCodesOf(packageName: string): string[] {
  const texts = sourcesOf(packageName).map(({ text }) => text);
  return [...new Set(findAll(/\b((?:PAXOS|KV)_[A-Z_]+)\b/g, texts.join('\n')))];
}

function linesWith(pattern: RegExp, files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
      .filter(({ line }) => pattern.test(line))
      .map(({ line, place }) => `${place}: ${line.trim()}`),
  );
}

function findAll(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].flatMap(([, found]) => found ?? []);
}
