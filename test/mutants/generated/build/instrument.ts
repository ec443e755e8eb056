/**
 * A source in which a variable switches between the original and each of its mutants. Mutants of one place
 * exclude each other, and what stands inside of a mutated place is the original text.
 */
import ts from 'typescript';
import type { MutatedSource } from '../generate.ts';
import type { Site } from '../generated-mutant.ts';

/** Loaded before every mutated source. */
export const preamble = "const $mutants = globalThis[Symbol.for('paxkv.mutants')];";

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

/** The source as JavaScript. */
export function instrumented({ file, text, sites }: Omit<MutatedSource, 'mutants'>): string {
  const { outputText } = ts.transpileModule(`${preamble}${withSwitches(text, sites)}`, {
    compilerOptions,
    fileName: file,
  });
  return outputText;
}

export function withSwitches(text: string, sites: readonly Site[]): string {
  // A place comes before those inside of it.
  const ordered = [...sites].sort((a, b) => a.start - b.start || b.end - a.end);
  let next = 0;
  const render = (start: number, end: number): string => {
    let rendered = '';
    let at = start;
    for (let site = ordered[next]; site !== undefined && site.end <= end; site = ordered[next]) {
      next += 1;
      rendered += text.slice(at, site.start);
      rendered += switched(site, render(site.start, site.end));
      at = site.end;
    }
    return rendered + text.slice(at, end);
  };
  return render(0, text.length);
}

function switched({ kind, site, variants }: Site, original: string): string {
  const [first, ...others] = variants;
  if (first === undefined) return original;
  const isFirst = `$mutants.at(${site}) === ${first.id}`;
  if (kind === 'statement') return `if (${isFirst}) {} else { ${original} }`;
  if (kind === 'case') return `(${isFirst} ? $mutants.never : ${original})`;
  const rest = others.map(({ id, text }) => `$mutants.active === ${id} ? (${text}) : `);
  return `(${isFirst} ? (${first.text}) : ${rest.join('')}(${original}))`;
}
