/** The folders whose mutants count, and the tests that must notice them. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../patched-build/patch.ts';

export interface Folder {
  /** The argument of `--folder`. */
  readonly name: string;
  /** Paths of sources, from `packages/`. */
  readonly sources: RegExp;
  /** Paths of tests, from `test/`. */
  readonly tests: RegExp;
  /** The least score, from 0 to 1. */
  readonly scoreMin: number;
}

const scoreMin = 0.9;

export const folders: readonly Folder[] = [
  {
    name: 'core',
    sources: /^paxos\/src\/core\//,
    tests: /^unit\/paxos\//,
    scoreMin: 0.97,
  },
  {
    name: 'state-machine',
    sources: /^kvserver\/src\/state-machine\/(?!sessions\/)/,
    tests: /^unit\/kvserver\/state-machine\//,
    scoreMin,
  },
  {
    name: 'sessions',
    sources: /^kvserver\/src\/state-machine\/sessions\//,
    tests: /^unit\/kvserver\/state-machine\//,
    scoreMin,
  },
  {
    name: 'storage',
    sources: /^kvserver\/src\/storage\//,
    tests: /^unit\/kvserver\/storage\//,
    scoreMin,
  },
  {
    name: 'replica',
    sources: /^kvserver\/src\/replica\//,
    tests: /^unit\/kvserver\/replica\//,
    scoreMin,
  },
  {
    name: 'codecs',
    sources:
      /^kvserver\/src\/transport\/(?:wire\/|checks\/|codec|frame-elements|message-size)|^protocol\/src\/(?:commands\/|(?:rows|row-reader|frames|request|reply|stamp|session-id|id128|base64|tight-pack|page-bytes|fields)\.ts)/,
    tests: /^unit\/(?:kvserver\/transport|protocol)\//,
    scoreMin,
  },
  {
    name: 'client-retry',
    sources: /^client\/src\/retry\//,
    tests: /^unit\/client\//,
    scoreMin,
  },
];

/** Paths of its sources, from `packages/`. */
export function sourcesOf({ sources }: Folder): readonly string[] {
  return filesBelow('packages').filter(
    (path) => sources.test(path) && path.endsWith('.ts') && !path.endsWith('/index.ts'),
  );
}

/** Paths of its compiled tests, from the repository's folder. */
export function testsOf({ tests }: Folder): readonly string[] {
  return filesBelow('test')
    .filter((path) => tests.test(path) && path.endsWith('.test.ts'))
    .map((path) => `test/dist/${path.replace(/\.ts$/, '.js')}`);
}

/** The test of its name: `test/dist/unit/paxos/core/ballot.test.js` for `paxos/src/core/ballot.ts`. */
export function testOf(source: string): string {
  return `test/dist/unit/${source.replace('/src/', '/').replace(/\.ts$/, '.test.js')}`;
}

const skipped: ReadonlySet<string> = new Set(['dist', 'node_modules']);

function filesBelow(folder: string): readonly string[] {
  const base = join(root, folder);
  const found: string[] = [];
  const search = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isFile()) found.push(relative(base, child));
      else if (entry.isDirectory() && !skipped.has(entry.name)) search(child);
    }
  };
  search(base);
  return found.sort();
}
