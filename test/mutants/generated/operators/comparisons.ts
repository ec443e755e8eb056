/** Comparisons off by one or turned round, and arithmetic with the wrong sign. */
import ts from 'typescript';
import { type Context, isCondition, isNumber, type Mutation, replaced } from './operator.ts';

const { SyntaxKind } = ts;

/** For each comparison: the one that differs at equality alone, and the opposite. */
const comparisons: ReadonlyMap<ts.SyntaxKind, { boundary: string; opposite: string }> = new Map([
  [SyntaxKind.LessThanToken, { boundary: '<=', opposite: '>=' }],
  [SyntaxKind.LessThanEqualsToken, { boundary: '<', opposite: '>' }],
  [SyntaxKind.GreaterThanToken, { boundary: '>=', opposite: '<=' }],
  [SyntaxKind.GreaterThanEqualsToken, { boundary: '>', opposite: '<' }],
]);

const equalities: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [SyntaxKind.ExclamationEqualsEqualsToken, '==='],
]);

const arithmetic: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [SyntaxKind.PlusToken, '-'],
  [SyntaxKind.MinusToken, '+'],
  [SyntaxKind.AsteriskToken, '/'],
  [SyntaxKind.SlashToken, '*'],
  [SyntaxKind.PercentToken, '*'],
  [SyntaxKind.AsteriskAsteriskToken, '*'],
  [SyntaxKind.AmpersandToken, '|'],
  [SyntaxKind.BarToken, '&'],
  [SyntaxKind.CaretToken, '&'],
  [SyntaxKind.LessThanLessThanToken, '>>>'],
  [SyntaxKind.GreaterThanGreaterThanToken, '<<'],
  [SyntaxKind.GreaterThanGreaterThanGreaterThanToken, '<<'],
  [SyntaxKind.PlusEqualsToken, '-='],
  [SyntaxKind.MinusEqualsToken, '+='],
  [SyntaxKind.AsteriskEqualsToken, '/='],
  [SyntaxKind.SlashEqualsToken, '*='],
]);

const rounding: ReadonlyMap<string, string> = new Map([
  ['Math.max', 'Math.min'],
  ['Math.min', 'Math.max'],
  ['Math.floor', 'Math.ceil'],
  ['Math.ceil', 'Math.floor'],
]);

export function wrongComparison(node: ts.Node): readonly Mutation[] {
  if (!ts.isBinaryExpression(node)) return [];
  const comparison = comparisons.get(node.operatorToken.kind);
  if (comparison !== undefined) {
    const { boundary, opposite } = comparison;
    // Where it is all of a condition, the condition is also tried as true and as false: that is more.
    const operators = isCondition(node) ? [boundary] : [boundary, opposite];
    return replaced(...operators.map((operator) => joined(node, operator)));
  }
  const equality = equalities.get(node.operatorToken.kind);
  return equality === undefined || isCondition(node) ? [] : replaced(joined(node, equality));
}

export function wrongArithmetic(node: ts.Node, context: Context): readonly Mutation[] {
  if (ts.isBinaryExpression(node)) {
    const operator = arithmetic.get(node.operatorToken.kind);
    if (operator === undefined || !isNumber(node.left, context)) return [];
    return isNumber(node.right, context) ? replaced(joined(node, operator)) : [];
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.MinusToken) {
    return replaced(node.operand.getText());
  }
  if (!ts.isCallExpression(node)) return [];
  const other = rounding.get(node.expression.getText());
  if (other === undefined) return [];
  return replaced(`${other}(${node.arguments.map((argument) => argument.getText()).join(', ')})`);
}

function joined({ left, right }: ts.BinaryExpression, operator: string): string {
  return `${left.getText()} ${operator} ${right.getText()}`;
}
