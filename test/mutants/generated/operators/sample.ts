/** Mutants of a few lines, for tests of the operators. */
import ts from 'typescript';
import { type MutatedSource, mutate } from '../generate.ts';

const fileName = 'sample.ts';
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  strict: true,
  types: [],
};

/** Parsed once: the declarations of the language itself are most of the work. */
const host = ts.createCompilerHost(options);
const libraries = new Map<string, ts.SourceFile | undefined>();

export function mutatedSample(text: string): MutatedSource {
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.ES2023, true);
  const getSourceFile: typeof host.getSourceFile = (name, ...others) => {
    if (name === fileName) return source;
    if (!libraries.has(name)) libraries.set(name, host.getSourceFile(name, ...others));
    return libraries.get(name);
  };
  const program = ts.createProgram([fileName], options, { ...host, getSourceFile });
  const numbers = { mutant: 0, site: 0 };
  return mutate(fileName, { source, checker: program.getTypeChecker() }, numbers);
}

/** Each mutant as what stands there and what replaces it. */
export function changesOf(text: string): readonly string[] {
  return mutatedSample(text).mutants.map(({ original, mutated }) => `${original} → ${mutated}`);
}
