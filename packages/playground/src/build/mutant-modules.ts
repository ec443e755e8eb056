/**
 * Builds cores with a mistake into the page. For each mutant only the wrong sources and those that import it,
 * directly or indirectly, are bundled again. All others are shared with the shipped core.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Plugin, transformWithOxc } from 'vite';

interface Change {
  /** Path of the source, from `packages/`. */
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

/** The part of a mutant of `test/mutants` that the page needs. */
export interface Mutation extends Change {
  readonly id: string;
  readonly does: string;
  readonly loses: string;
  /** Further places that are wrong. */
  readonly also?: readonly Change[];
}

const mark = '?mutant=';
const importPattern = /^(?:import|export)(?!\s+type\b)[^;'"]*?\bfrom\s+'(\.[^']+)'/gm;

/** `packages`: the folder of all packages. `list`: the module that receives the cores. */
export function mutantModules(
  mutations: readonly Mutation[],
  { packages, list }: { readonly packages: string; readonly list: string },
): Plugin {
  const core = join(packages, 'paxos/src/paxos.ts');
  const affected = new Map(
    mutations.map((each) => {
      const wrong = changesOf(each).map(({ file }) => join(packages, file));
      return [each.id, affectedSources(core, wrong)];
    }),
  );
  return {
    name: 'paxkv-mutants',
    enforce: 'pre',
    resolveId(specifier, importer = '') {
      if (specifier.startsWith(core)) return specifier;
      const [from = '', mutant] = importer.split(mark);
      if (mutant === undefined || !specifier.startsWith('.')) return undefined;
      const file = resolve(dirname(from), specifier);
      return affected.get(mutant)?.has(file) ? `${file}${mark}${mutant}` : compiledFile(file);
    },
    async load(id) {
      if (id === list) return listOf(mutations, core);
      const [file = '', mutant] = id.split(mark);
      const mutation = mutations.find((each) => each.id === mutant);
      if (mutation === undefined) return undefined;
      const path = relative(packages, file);
      const changes = changesOf(mutation).filter((change) => change.file === path);
      const source = changes.reduce(
        (text, change) => changed(text, change, mutation),
        readFileSync(file, 'utf8'),
      );
      const { code } = await transformWithOxc(source, file, { lang: 'ts', sourcemap: false });
      return { code, map: null, moduleType: 'js' };
    },
  };
}

function listOf(mutations: readonly Mutation[], core: string): string {
  const imports = mutations.map(
    ({ id }, index) =>
      `import { Paxos as core${index} } from ${JSON.stringify(`${core}${mark}${id}`)};`,
  );
  const entries = mutations.map(({ id, does, loses }, index) => {
    const texts = Object.entries({ id, does, loses });
    const fields = texts.map(([name, text]) => `${name}: ${JSON.stringify(text)}`);
    return `  { ${fields.join(', ')}, core: core${index} },`;
  });
  return [...imports, 'export const mutantCores = [', ...entries, '];'].join('\n');
}

function changesOf(mutation: Mutation): readonly Change[] {
  return [mutation, ...(mutation.also ?? [])];
}

/** @throws Error unless the source contains the right text exactly once. */
function changed(source: string, { file, right, wrong }: Change, { id }: Mutation): string {
  const parts = source.split(right);
  if (parts.length === 2) return parts.join(wrong);
  throw new Error(
    `Mutant ${id} does not fit ${file}: its text stands there ${parts.length - 1} times.`,
  );
}

/** `wrong` and the sources that import it directly or indirectly, among those that `core` imports. */
function affectedSources(core: string, wrong: readonly string[]): Set<string> {
  const importers = new Map<string, Set<string>>();
  const queue = [core];
  const seen = new Set(queue);
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(importPattern)) {
      const imported = resolve(dirname(file), specifier);
      importers.set(imported, (importers.get(imported) ?? new Set()).add(file));
      if (!seen.has(imported)) queue.push(imported);
      seen.add(imported);
    }
  }
  const affected = new Set(wrong);
  for (const file of affected)
    for (const importer of importers.get(file) ?? []) affected.add(importer);
  return affected;
}

function compiledFile(source: string): string {
  return source.replace('/src/', '/dist/').replace(/\.ts$/, '.js');
}
