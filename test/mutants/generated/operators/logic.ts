/** Conditions that always or never hold, operands that are forgotten, and answers turned round. */
import ts from 'typescript';
import { type Context, isBoolean, isCondition, type Mutation, replaced } from './operator.ts';

const { SyntaxKind } = ts;

export function fixedCondition(node: ts.Node): readonly Mutation[] {
  if (node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword) return [];
  return isCondition(node) ? replaced('true', 'false') : [];
}

export function wrongLogic(node: ts.Node, context: Context): readonly Mutation[] {
  if (!ts.isBinaryExpression(node)) return [];
  const { left, right, operatorToken } = node;
  const { kind } = operatorToken;
  if (kind === SyntaxKind.QuestionQuestionToken) return replaced(left.getText(), right.getText());
  const isAnd = kind === SyntaxKind.AmpersandAmpersandToken;
  if (!isAnd && kind !== SyntaxKind.BarBarToken) return [];
  // Each operand of a chain is left out once.
  const isChained = ts.isBinaryExpression(left) && left.operatorToken.kind === kind;
  const operands = isChained ? [left.getText()] : [left.getText(), right.getText()];
  const isOfBooleans = isBoolean(left, context) && isBoolean(right, context);
  const other = `${grouped(left)} ${isAnd ? '||' : '&&'} ${grouped(right)}`;
  return replaced(...operands, ...(isOfBooleans ? [other] : []));
}

/** `??` must not stand beside `||` without parentheses, and `&&` binds more tightly. */
function grouped(node: ts.Expression): string {
  return ts.isBinaryExpression(node) ? `(${node.getText()})` : node.getText();
}

export function wrongAnswer(node: ts.Node, context: Context): readonly Mutation[] {
  if (node.kind === SyntaxKind.TrueKeyword) return isTypeLiteral(node) ? [] : replaced('false');
  if (node.kind === SyntaxKind.FalseKeyword) return isTypeLiteral(node) ? [] : replaced('true');
  if (ts.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.ExclamationToken) {
    return isCondition(node) ? [] : replaced(node.operand.getText());
  }
  const isAnswer = ts.isCallExpression(node) && isReturned(node) && isBoolean(node, context);
  return isAnswer ? replaced(`!${node.getText()}`) : [];
}

function isTypeLiteral({ parent }: ts.Node): boolean {
  return ts.isLiteralTypeNode(parent);
}

function isReturned(node: ts.Expression): boolean {
  const { parent } = node;
  return ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node);
}
