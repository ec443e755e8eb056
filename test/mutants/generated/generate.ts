/** Makes the mutants of sources: every operator at every place where it fits, in a fixed order. */
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../patched-build/patch.ts';
import type { GeneratedMutant, Site, SiteKind, Variant } from './generated-mutant.ts';
import { wrongArithmetic, wrongComparison } from './operators/comparisons.ts';
import { emptiedList, emptiedText, wrongNumber } from './operators/constants.ts';
import { fixedCondition, wrongAnswer, wrongLogic } from './operators/logic.ts';
import { isNotBehaviour } from './operators/not-behaviour.ts';
import type { Context, Operator } from './operators/operator.ts';
import { droppedAnswer, droppedStatement, forgottenCase } from './operators/statements.ts';
import { droppedField, swappedArguments, swappedFields } from './operators/swaps.ts';

const operators: readonly Operator[] = [
  fixedCondition,
  wrongComparison,
  wrongLogic,
  wrongAnswer,
  wrongArithmetic,
  wrongNumber,
  emptiedText,
  emptiedList,
  droppedStatement,
  droppedAnswer,
  forgottenCase,
  swappedArguments,
  swappedFields,
  droppedField,
];

/** A source with its mutants. */
export interface MutatedSource {
  /** Path from `packages/`. */
  readonly file: string;
  readonly text: string;
  readonly sites: readonly Site[];
  readonly mutants: readonly GeneratedMutant[];
}

/** @param files paths from `packages/`, all of them of compiled packages */
export function mutatedSources(files: readonly string[]): readonly MutatedSource[] {
  const packages = new Set(files.map(packageOf));
  const numbers = { mutant: 0, site: 0 };
  return [...packages].flatMap((name) => {
    const own = files.filter((file) => packageOf(file) === name);
    const program = programOf(name, own);
    return own.map((file) => {
      const source = program.getSourceFile(pathOf(file));
      if (source === undefined) throw new Error(`packages/${file} is no source of its package`);
      return mutate(file, { source, checker: program.getTypeChecker() }, numbers);
    });
  });
}

/** Types come from the sources of the package and from the declarations of compiled ones. */
function programOf(name: string, files: readonly string[]): ts.Program {
  const folder = join(root, 'packages', name);
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  return ts.createProgram(files.map(pathOf), options);
}

function packageOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function pathOf(file: string): string {
  return join(root, 'packages', file);
}

interface Numbers {
  mutant: number;
  site: number;
}

export function mutate(file: string, context: Context, numbers: Numbers): MutatedSource {
  const { source } = context;
  const sites: Site[] = [];
  const mutants: GeneratedMutant[] = [];
  const visit = (node: ts.Node): void => {
    if (isNotBehaviour(node, context.checker)) return;
    for (const [kind, texts] of isReplaceable(node) ? textsByKind(node, context) : []) {
      numbers.site += 1;
      const { site } = numbers;
      const variants: Variant[] = texts.map((text) => {
        numbers.mutant += 1;
        const id = numbers.mutant;
        mutants.push({ id, site, ...describe(file, node, { kind, text, source }) });
        return { id, text };
      });
      sites.push({ kind, site, start: node.getStart(), end: node.end, variants });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { file, text: source.text, sites, mutants };
}

/** The different mistakes that the operators make at a node. */
function textsByKind(node: ts.Node, context: Context): Map<SiteKind, string[]> {
  const texts = new Map<SiteKind, string[]>();
  for (const { kind, text } of operators.flatMap((operator) => operator(node, context))) {
    const known = texts.get(kind) ?? [];
    if (text !== node.getText() && !known.includes(text)) texts.set(kind, [...known, text]);
  }
  return texts;
}

/** Whether another expression may stand in place of this node. */
function isReplaceable(node: ts.Node): boolean {
  const { parent } = node;
  if (parent === undefined || ts.isTaggedTemplateExpression(parent)) return false;
  if (ts.isBinaryExpression(parent) && parent.left === node && isAssignment(parent)) return false;
  const isInChain = ts.isOptionalChain(parent) && parent.expression === node;
  return !isInChain && !ts.isLiteralTypeNode(parent) && !ts.isDeleteExpression(parent);
}

function isAssignment({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

interface Change {
  readonly kind: SiteKind;
  readonly text: string;
  readonly source: ts.SourceFile;
}

function describe(file: string, node: ts.Node, { kind, text, source }: Change) {
  const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const place = { file, line, within: nameAround(node) };
  const original = onOneLine(node.getText());
  if (kind === 'case') return { ...place, original, mutated: 'case forgotten' };
  if (kind === 'statement') return { ...place, original, mutated: 'left out' };
  const shown = shownAround(node);
  const whole = shown.getText();
  const [start, end] = [node.getStart() - shown.getStart(), node.end - shown.getStart()];
  const mutated = onOneLine(whole.slice(0, start) + text + whole.slice(end));
  return { ...place, original: onOneLine(whole), mutated };
}

/** A literal by itself would stand for many places of a function: what is around it belongs to its description. */
function shownAround(node: ts.Node): ts.Node {
  const isAnswer =
    node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword;
  if (!isAnswer && !ts.isLiteralExpression(node)) return node;
  return ts.isPrefixUnaryExpression(node.parent) ? node.parent.parent : node.parent;
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function nameAround(node: ts.Node): string {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isConstructorDeclaration(at)) return 'constructor';
    if (ts.isMethodDeclaration(at) || ts.isAccessor(at) || ts.isPropertyDeclaration(at)) {
      return at.name.getText();
    }
    if (ts.isFunctionDeclaration(at)) return at.name?.getText() ?? '';
    if (ts.isVariableDeclaration(at) && isOutermost(at)) return at.name.getText();
  }
  return '';
}

function isOutermost({ parent }: ts.VariableDeclaration): boolean {
  return ts.isVariableStatement(parent.parent) && ts.isSourceFile(parent.parent.parent);
}
