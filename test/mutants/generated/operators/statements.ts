/** What is not done: statements that are left out, and cases that are forgotten. */
import ts from 'typescript';
import type { Context, Mutation } from './operator.ts';

export function droppedStatement(node: ts.Node): readonly Mutation[] {
  if (!isDroppable(node) || isAllOfAnIf(node)) return [];
  return [{ kind: 'statement', text: '' }];
}

export function droppedAnswer(node: ts.Node, { checker }: Context): readonly Mutation[] {
  const isBody = ts.isArrowFunction(node.parent) && node.parent.body === node;
  if (!isBody || !ts.isCallExpression(node)) return [];
  const isVoid = (checker.getTypeAtLocation(node).flags & ts.TypeFlags.Void) !== 0;
  return isVoid ? [{ kind: 'expression', text: 'undefined' }] : [];
}

export function forgottenCase(node: ts.Node): readonly Mutation[] {
  if (!ts.isCaseClause(node.parent) || node.parent.expression !== node) return [];
  return [{ kind: 'case', text: '' }];
}

function isDroppable(node: ts.Node): boolean {
  if (ts.isExpressionStatement(node)) return isEffect(node.expression);
  if (ts.isThrowStatement(node) || ts.isContinueStatement(node)) return true;
  if (ts.isBreakStatement(node)) return !ts.isCaseClause(node.parent);
  return ts.isReturnStatement(node) && !isEndOfFunction(node);
}

function isEffect(node: ts.Expression): boolean {
  if (ts.isAwaitExpression(node) || ts.isVoidExpression(node)) return isEffect(node.expression);
  if (ts.isCallExpression(node)) return node.expression.kind !== ts.SyntaxKind.SuperKeyword;
  return (
    ts.isBinaryExpression(node) ||
    ts.isPrefixUnaryExpression(node) ||
    ts.isPostfixUnaryExpression(node) ||
    ts.isDeleteExpression(node) ||
    ts.isYieldExpression(node)
  );
}

/** The compiler refuses a function whose last statement does not return. */
function isEndOfFunction({ parent }: ts.Node): boolean {
  return ts.isBlock(parent) && ts.isFunctionLike(parent.parent)
    ? true
    : ts.isCaseClause(parent) || ts.isDefaultClause(parent);
}

/** Without its only statement, an `if` does as much as with a condition that never holds. */
function isAllOfAnIf({ parent }: ts.Node): boolean {
  const isOnly = !ts.isBlock(parent) || parent.statements.length === 1;
  const owner = ts.isBlock(parent) ? parent.parent : parent;
  return isOnly && ts.isIfStatement(owner) && owner.elseStatement === undefined;
}
