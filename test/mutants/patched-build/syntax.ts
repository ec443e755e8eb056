/** Whether patched sources parse: without a compilation, so that all mutants can be checked in every run of the tests. */
import ts from 'typescript';
import { type MainPatch, patchedSources } from './patch.ts';

interface WithDiagnostics extends ts.SourceFile {
  /** What the parser reports. The type of TypeScript keeps it to itself. */
  readonly parseDiagnostics: readonly ts.Diagnostic[];
}

const options = {
  languageVersion: ts.ScriptTarget.ES2023,
  jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
};

/** The errors of syntax in the sources of a mutant, a line each. @throws Error unless its patches fit */
export function syntaxErrorsOf({ id, also = [], ...main }: MainPatch): string[] {
  return [...patchedSources({ id, patches: [main, ...also] })].flatMap(([file, source]) => {
    const parsed = ts.createSourceFile(file, source, options) as WithDiagnostics;
    return parsed.parseDiagnostics.map(({ messageText, start }) => {
      const text = ts.flattenDiagnosticMessageText(messageText, ' ');
      return `${id}: ${file}, at ${start}: ${text}`;
    });
  });
}
