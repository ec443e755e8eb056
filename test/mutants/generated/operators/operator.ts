/** An operator: a kind of mistake, as a rule over the syntax of a source. */
import ts from 'typescript';
import type { SiteKind } from '../generated-mutant.ts';

/** A mistake at one node. */
export interface Mutation {
  readonly kind: SiteKind;
  /** Replaces the node; empty where it is left out. */
  readonly text: string;
}

export type Operator = (node: ts.Node, context: Context) => readonly Mutation[];

export interface Context {
  readonly source: ts.SourceFile;
  readonly checker: ts.TypeChecker;
}

export function replaced(...texts: string[]): Mutation[] {
  return texts.map((text) => ({ kind: 'expression', text }));
}

/** Whether the truth of this expression decides which way the program goes. */
export function isCondition(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent)) {
    return parent.expression === node;
  }
  return (
    (ts.isConditionalExpression(parent) || ts.isForStatement(parent)) && parent.condition === node
  );
}

export function isBoolean(node: ts.Node, { checker }: Context): boolean {
  return hasOnly(checker.getTypeAtLocation(node), ts.TypeFlags.BooleanLike);
}

export function isNumber(node: ts.Node, { checker }: Context): boolean {
  return hasOnly(
    checker.getTypeAtLocation(node),
    ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike,
  );
}

/** Whether any string may stand here: not where the type names the strings that may. */
export function isAnyString(node: ts.Expression, { checker }: Context): boolean {
  const type = checker.getContextualType(node);
  if (type === undefined) return ts.isVariableDeclaration(node.parent);
  const types = type.isUnion() ? type.types : [type];
  return types.some(({ flags }) => (flags & ts.TypeFlags.String) !== 0);
}

/** Whether each of the two may stand in place of the other. */
export function isSwappable(a: ts.Expression, b: ts.Expression, { checker }: Context): boolean {
  if (a.getText() === b.getText()) return false;
  const [one, other] = [a, b].map((node) =>
    checker.getWidenedType(checker.getBaseTypeOfLiteralType(checker.getTypeAtLocation(node))),
  );
  if (one === undefined || other === undefined) return false;
  if (((one.flags | other.flags) & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0) return false;
  return checker.isTypeAssignableTo(one, other) && checker.isTypeAssignableTo(other, one);
}

function hasOnly(type: ts.Type, flags: ts.TypeFlags): boolean {
  const types = type.isUnion() ? type.types : [type];
  return types.every((part) => (part.flags & flags) !== 0);
}
